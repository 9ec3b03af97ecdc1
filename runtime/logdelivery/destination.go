package logdelivery

import (
	"errors"
	"strconv"
	"strings"
)

// Service is what takes the lines of a destination.
type Service uint8

// The services.
const (
	CloudWatchLogs Service = iota
	Firehose
)

// name is the service's name in ARNs and in the settings of endpoints.
func (s Service) name() string {
	if s == Firehose {
		return "firehose"
	}
	return "logs"
}

// Destination is a log group or a delivery stream.
type Destination struct {
	Service Service
	Region  string
	Name    string // of the group or of the stream
}

const (
	groupPrefix  = "log-group:"
	streamPrefix = "deliverystream/"
	// streamName is how the names of delivery streams for access logs begin, or the
	// service refuses them (docs: Log REST API calls to Amazon Data Firehose).
	streamName = "amazon-apigateway-"
	// executionGroup is how the service names the log groups that it makes.
	executionGroup = "API-Gateway-Execution-Logs_"

	maxGroupName  = 512 // CloudWatch Logs: LogGroupName
	maxStreamName = 64  // Firehose: DeliveryStreamName
	maxARN        = 1024
)

// destinationForms is what the errors of ParseDestination say is expected.
const destinationForms = "arn:{partition}:logs:{region}:{account}:log-group:{name} or arn:{partition}:firehose:{region}:{account}:deliverystream/" + streamName + "{name}"

// ParseDestination parses the destinationArn of accessLogSettings. A log group's may
// end in ":*".
func ParseDestination(arn string) (Destination, error) {
	d, err := parseDestination(arn)
	if err != nil {
		if len(arn) > 200 {
			arn = arn[:200] + "..."
		}
		return Destination{}, errors.New("destinationArn " + strconv.Quote(arn) + " is not of the form " + destinationForms + ": " + err.Error())
	}
	return d, nil
}

func parseDestination(arn string) (d Destination, err error) {
	if len(arn) > maxARN {
		return d, errors.New("it is longer than " + strconv.Itoa(maxARN) + " bytes")
	}
	f := strings.SplitN(arn, ":", 6)
	switch {
	case len(f) < 6:
		return d, errors.New("it has fewer than six parts")
	case f[0] != "arn":
		return d, errors.New("its first part is not arn")
	case f[1] != "aws" && !strings.HasPrefix(f[1], "aws-") || !isLabel(f[1]):
		return d, errors.New("invalid partition " + strconv.Quote(f[1]))
	case !isLabel(f[3]):
		return d, errors.New("invalid region " + strconv.Quote(f[3]))
	case f[4] == "" || len(f[4]) > 12 || strings.Trim(f[4], "0123456789") != "":
		return d, errors.New("invalid account " + strconv.Quote(f[4]))
	}
	d.Region = f[3]
	switch f[2] {
	case "logs":
		name, ok := strings.CutPrefix(f[5], groupPrefix)
		if !ok {
			return d, errors.New("it names no log group")
		}
		d.Service, d.Name = CloudWatchLogs, strings.TrimSuffix(name, ":*")
		return d, checkName("log group", d.Name, maxGroupName, "._-/#")
	case "firehose":
		name, ok := strings.CutPrefix(f[5], streamPrefix)
		if !ok {
			return d, errors.New("it names no delivery stream")
		}
		d.Service, d.Name = Firehose, name
		if !strings.HasPrefix(name, streamName) || name == streamName {
			return d, errors.New("the name of the delivery stream must begin with " + streamName)
		}
		return d, checkName("delivery stream", name, maxStreamName, "._-")
	}
	return d, errors.New("logs go to logs and firehose, not to " + strconv.Quote(f[2]))
}

// checkName tells what is wrong with a name; other are the characters that it may
// have beside letters and digits.
func checkName(what, name string, most int, other string) error {
	switch {
	case name == "":
		return errors.New("the " + what + " has no name")
	case len(name) > most:
		return errors.New("the name of the " + what + " is longer than " + strconv.Itoa(most) + " characters")
	}
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && strings.IndexByte(other, c) < 0 {
			return errors.New("the name of the " + what + " has characters other than letters, digits and " + other)
		}
	}
	return nil
}

// isLabel tells whether s can stand in a host name: a region does.
func isLabel(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// executionLogs is the log group of a stage's execution log; that of a canary is
// given {stage}/Canary.
func executionLogs(region, apiID, stage string) Destination {
	return Destination{Service: CloudWatchLogs, Region: region, Name: executionGroup + apiID + "/" + stage}
}
