package main

// defaultAccessLogFormat is the format of stages that name none.
const defaultAccessLogFormat = "clf"

// accessLogFormat resolves the name of a documented format.
func accessLogFormat(text string) string { return text }
