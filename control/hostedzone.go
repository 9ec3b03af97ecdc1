package control

// edgeHostedZone is the Route 53 zone of edge-optimized domains in all regions
// (service model).
const edgeHostedZone = "Z2FDTNDATAQYW2"

// regionalHostedZone is the Route 53 zone of a region's execute-api domains (AWS
// General Reference, Amazon API Gateway endpoints); "" where the reference has none.
func regionalHostedZone(region string) string {
	switch region {
	case "af-south-1":
		return "Z2DHW2332DAMTN"
	case "ap-east-1":
		return "Z3FD1VL90ND7K5"
	case "ap-east-2":
		return "Z02909591O7FG9Q56HWB1"
	case "ap-northeast-1":
		return "Z1YSHQZHG15GKL"
	case "ap-northeast-2":
		return "Z20JF4UZKIW1U8"
	case "ap-northeast-3":
		return "Z22ILHG95FLSZ2"
	case "ap-south-1":
		return "Z3VO1THU9YC4UR"
	case "ap-south-2":
		return "Z0853509Q1135NJ66RUH"
	case "ap-southeast-1":
		return "ZL327KTPIQFUL"
	case "ap-southeast-2":
		return "Z2RPCDW04V8134"
	case "ap-southeast-3":
		return "Z10132843TYUYSLUG4HA3"
	case "ap-southeast-4":
		return "Z092189423Y7RJK61311D"
	case "ap-southeast-5":
		return "Z0314042F0KBUTZ3X5HF"
	case "ap-southeast-7":
		return "Z048508712PZLK5NKG8R0"
	case "ca-central-1":
		return "Z19DQILCV0OWEC"
	case "ca-west-1":
		return "Z04745493436AWVTG1OQY"
	case "eu-central-1":
		return "Z1U9ULNL0V5AJ3"
	case "eu-central-2":
		return "Z09222482MK253X48U76H"
	case "eu-north-1":
		return "Z3UWIKFBOOGXPP"
	case "eu-south-1":
		return "Z3BT4WSQ9TDYZV"
	case "eu-south-2":
		return "Z02499852UI5HEQ5JVWX3"
	case "eu-west-1":
		return "ZLY8HYME6SFDD"
	case "eu-west-2":
		return "ZJ5UAJN8Y3Z2Q"
	case "eu-west-3":
		return "Z3KY65QIEKYHQQ"
	case "il-central-1":
		return "Z07264553HBI44N5X2CKP"
	case "me-central-1":
		return "Z08780021BKYYY8U0YHTV"
	case "me-south-1":
		return "Z20ZBPC0SS8806"
	case "mx-central-1":
		return "Z00020171WIGL5M88SHRM"
	case "sa-east-1":
		return "ZCMLWB8V5SYIT"
	case "us-east-1":
		return "Z1UJRXOUMOOFQ8"
	case "us-east-2":
		return "ZOJJZC49E0EPZ"
	case "us-gov-east-1":
		return "Z3SE9ATJYCRCZJ"
	case "us-gov-west-1":
		return "Z1K6XKP9SAGWDV"
	case "us-west-1":
		return "Z2MUQ32089INYE"
	case "us-west-2":
		return "Z2OJLYMUO9EFXC"
	}
	return ""
}
