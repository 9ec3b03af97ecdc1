package policy

import "testing"

func TestExpand(t *testing.T) {
	var cases []struct{ Text, Want string }
	load(t, "expand.json", &cases)
	for _, c := range cases {
		got, err := Expand([]byte(c.Text), Target{Region: "us-east-1", AccountID: "123456789012", APIID: "a1b2c3"})
		if err != nil || string(got) != c.Want {
			t.Errorf("%s:\n got %s, %v\nwant %s", c.Text, got, err, c.Want)
		}
		again, err := Expand(got, Target{})
		if err != nil || string(again) != c.Want {
			t.Errorf("%s is not stable: %s, %v", got, again, err)
		}
	}
	if _, err := Expand([]byte(`{"Statement":`), Target{}); err == nil {
		t.Error("half a document was taken")
	}
	got, err := Expand([]byte(`{"Statement":{"Resource":"execute-api:/*"}}`), Target{Partition: "aws-cn", Region: "cn-north-1", AccountID: "1", APIID: "x"})
	if err != nil || string(got) != `{"Statement":{"Resource":"arn:aws-cn:execute-api:cn-north-1:1:x/*"}}` {
		t.Errorf("got %s, %v", got, err)
	}
}
