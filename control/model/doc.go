// Package model is the service model of Amazon API Gateway, version 2015-07-09,
// and what can be decided about a control-plane request from the model alone:
// which operation it is, whether its JSON has the modelled types, and whether
// enums, patterns and required members are as they must be.
//
// What flows in: method, path, query and body of a request; answers, in tests.
// What flows out: an Operation with its path parameters, or a Mismatch; nil or a
// Violation with the service's own text.
//
// It holds no resource and asks no store: existence, semantic rules and their
// texts belong to the resource families in control. It never fails on an unknown
// member, which the service ignores: Known leaves them out.
//
// # Where the model comes from
//
// model.json is made from botocore's
// botocore/data/apigateway/2015-07-09/service-2.json (https://github.com/boto/botocore,
// Copyright Amazon.com, Inc. or its affiliates, Apache License 2.0) by
//
//	go run ./control/model/generate -in service-2.json -out control/model/model.json
//
// Documentation texts are left out, and enums are brought into the order in which
// the service prints them (see the generator); nothing else is changed. A trait
// that the generator does not know stops it, so that no constraint of a newer
// model is lost in silence.
package model
