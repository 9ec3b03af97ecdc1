// A function as aws-lambda-go makes it.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Name string `json:"name"`
	Fail bool   `json:"fail"`
	Die  bool   `json:"die"`
}

type answer struct {
	Hello   string `json:"hello"`
	ID      string `json:"id"`
	ARN     string `json:"arn"`
	Own     string `json:"own"`
	Handler string `json:"handler"`
}

func handle(ctx context.Context, e event) (answer, error) {
	if e.Fail {
		return answer{}, errors.New("Unauthorized")
	}
	if e.Die {
		os.Exit(5)
	}
	lc, _ := lambdacontext.FromContext(ctx)
	return answer{e.Name, lc.AwsRequestID, lc.InvokedFunctionArn, os.Getenv("OWN"), os.Getenv("_HANDLER")}, nil
}

func main() { lambda.Start(handle) }
