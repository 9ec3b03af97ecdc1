package lambda

import (
	"reflect"
	"testing"
)

func TestValidate(t *testing.T) {
	var cases []struct {
		Config   Config
		Problems []string
	}
	load(t, "testdata/configs.json", &cases)
	for _, c := range cases {
		got := []string{}
		for _, p := range c.Config.Validate() {
			got = append(got, p.Error())
		}
		if !reflect.DeepEqual(got, c.Problems) {
			t.Errorf("%+v\n got %q\nwant %q", c.Config, got, c.Problems)
		}
	}
}

func TestEntry(t *testing.T) {
	for _, c := range []struct {
		f    Function
		want Entry
		text string
	}{
		{Function{Handler: "index.handler"}, Entry{"/base", "index", "handler"}, "index.handler"},
		{Function{Dir: "fn", Handler: "src/app.v.run"}, Entry{"/base/fn", "src/app", "v.run"}, "src/app.v.run"},
		{Function{File: "fn/a.js"}, Entry{"/base/fn", "a.js", "handler"}, "a.handler"},
		{Function{File: "fn/a.js", Handler: "a.run"}, Entry{"/base/fn", "a.js", "run"}, "a.run"},
		{Function{File: "fn/src/a.js", Dir: "fn", Handler: "run"}, Entry{"/base/fn", "src/a.js", "run"}, "src/a.run"},
		{Function{File: "/abs/a.js"}, Entry{"/abs", "a.js", "handler"}, "a.handler"},
	} {
		got, err := c.f.Entry("/base")
		if err != nil || got != c.want || got.Handler() != c.text {
			t.Errorf("%+v: %+v %v", c.f, got, err)
		}
	}
}

func TestInvokeEndpoint(t *testing.T) {
	env := map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_LAMBDA": "http://lambda"}
	getenv := func(key string) string { return env[key] }
	c := Config{Endpoint: "http://own"}
	if got := c.InvokeEndpoint(getenv); got != "http://own" {
		t.Error(got)
	}
	c.Endpoint = ""
	if got := c.InvokeEndpoint(getenv); got != "http://lambda" {
		t.Error(got)
	}
	delete(env, "AWS_ENDPOINT_URL_LAMBDA")
	if got := c.InvokeEndpoint(getenv); got != "http://all" {
		t.Error(got)
	}
}

func TestARN(t *testing.T) {
	c := Config{}
	if got := c.ARN(&Function{Name: "f:live"}); got != "arn:aws:lambda:us-east-1:000000000000:function:f" {
		t.Error(got)
	}
	c = Config{Region: "eu-west-1", AccountID: "123456789012"}
	if got := c.ARN(&Function{Name: "f"}); got != "arn:aws:lambda:eu-west-1:123456789012:function:f" {
		t.Error(got)
	}
	if got := c.ARN(&Function{Name: "arn:aws:lambda:us-west-2:111111111111:function:g:1"}); got != "arn:aws:lambda:us-west-2:111111111111:function:g" {
		t.Error(got)
	}
}
