package project

import (
	"crypto/sha256"

	"sluice/api"
	"sluice/openapi"
)

// content is what one definition file or snapshot holds.
type content struct {
	id         string
	snapshot   *api.Snapshot
	stage      *api.Stage    // a snapshot's
	canary     *api.Snapshot // a snapshot's
	isSnapshot bool
	incomplete bool // it has fatal problems: good for finding more, not for serving
}

// loadContent reads a definition or a snapshot. The API id is the one that the
// entry gives, else a snapshot's own, else made of the file name.
func (l *loader) loadContent(e entry, file string, src []byte) (*content, bool) {
	switch detect(file, src) {
	case kindSnapshot:
		c, ok := l.loadSnapshot(file, src)
		if !ok {
			return nil, false
		}
		switch own := c.snapshot.RestApi.ID; {
		case e.id != "":
			c.id = e.id
		case own == "":
			c.id = idFromFile(file)
		case validID.MatchString(own):
			c.id = own
		default:
			l.problem(placeOfText(file, src, `"restApi"`), "API id %q must be 1 to 63 lower-case letters and digits", own)
			return nil, false
		}
		c.snapshot.RestApi.ID = c.id
		if c.canary != nil {
			c.canary.RestApi.ID = c.id
		}
		return c, true
	case kindProject:
		l.problem(e.named, "%s is a project file; a definition or a snapshot is needed here", file)
		return nil, false
	case kindUnknown:
		l.problem(api.Place{File: file, Line: 1, Column: 1}, "this is neither an OpenAPI 3.0 or Swagger 2.0 document nor a snapshot")
		return nil, false
	}
	id := e.id
	if id == "" {
		id = idFromFile(file)
	}
	snapshot, problems := openapi.Import(file, src, openapi.Options{
		APIID:     id,
		BasePath:  openapi.BasePathMode(e.basePath),
		Region:    l.project.Region,
		AccountID: l.project.AccountID,
	})
	l.problems = append(l.problems, problems...)
	if snapshot == nil {
		return nil, false
	}
	snapshot.RestApi.ID = id
	if snapshot.DeploymentID == "" {
		snapshot.DeploymentID = deploymentID(src)
	}
	return &content{id: id, snapshot: snapshot, incomplete: problems.Fatal()}, true
}

// deploymentID makes a deployment id of a definition's content: six lower-case
// letters and digits, as the service's are. The same content has the same id,
// so that an answer that shows it does not change from start to start.
func deploymentID(src []byte) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256(src)
	id := make([]byte, 6)
	for i := range id {
		id[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(id)
}
