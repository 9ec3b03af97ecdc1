package sluice
import (
 _ "github.com/valyala/fasthttp"
 _ "github.com/alecthomas/kong"
 _ "github.com/goccy/go-yaml"
 _ "github.com/santhosh-tekuri/jsonschema/v6"
 _ "github.com/dlclark/regexp2"
 _ "github.com/prometheus/client_golang/prometheus"
 _ "github.com/prometheus/client_golang/prometheus/promhttp"
 _ "github.com/fsnotify/fsnotify"
 _ "github.com/klauspost/compress/gzip"
 _ "github.com/google/uuid"
 _ "golang.org/x/sync/singleflight"
)
