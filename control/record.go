package control

import (
	"encoding/json"
	"fmt"
	"strings"

	"sluice/control/store"
)

// kind is what a record is. Keys are kind, region, and what tells records of the
// kind apart: for what belongs to an API its id, then its own name.
type kind string

// The kinds of records. What a deployment froze is a record of its own: it is large
// and read only when the stage is compiled.
const (
	kindAccount              kind = "account"              // region
	kindAPI                  kind = "restapi"              // id
	kindResource             kind = "resource"             // API, id; with its methods
	kindModel                kind = "model"                // API, name
	kindValidator            kind = "validator"            // API, id
	kindAuthorizer           kind = "authorizer"           // API, id
	kindGatewayResponse      kind = "gatewayresponse"      // API, type; customised ones
	kindDocumentationPart    kind = "documentationpart"    // API, id
	kindDocumentationVersion kind = "documentationversion" // API, version
	kindDeployment           kind = "deployment"           // API, id
	kindSnapshot             kind = "snapshot"             // API, id of the deployment
	kindStage                kind = "stage"                // API, name
	kindFlush                kind = "flush"                // API, stage: when its caches were emptied
	kindAPIKey               kind = "apikey"               // id
	kindUsagePlan            kind = "usageplan"            // id
	kindUsagePlanKey         kind = "usageplankey"         // plan, key
	kindVPCLink              kind = "vpclink"              // id
	kindClientCertificate    kind = "clientcertificate"    // id
	kindDomainName           kind = "domainname"           // name, id of a private one or ""
	kindBasePathMapping      kind = "basepathmapping"      // name, id of a private one or "", base path
	kindDomainAssociation    kind = "domainassociation"    // id
)

// apiKinds are the kinds whose records belong to an API.
func apiKinds() []kind {
	return []kind{
		kindResource, kindModel, kindValidator, kindAuthorizer, kindGatewayResponse, kindDocumentationPart,
		kindDocumentationVersion, kindDeployment, kindSnapshot, kindStage, kindFlush,
	}
}

// tx is a transaction on the records of one region. Records of APIs that come from
// files are there, too, but cannot be written.
type tx struct {
	store.Tx
	region  string
	account string
	served  *served
}

// view runs fn on one consistent snapshot of the records.
func (c *call) view(fn func(*tx) error) error {
	return c.options.Store.View(c.ctx, func(t store.Tx) error { return fn(&tx{t, c.region, c.account(), c.Server.served.Load()}) })
}

// update runs fn and stores what it wrote, all or nothing. fn may run again.
func (c *call) update(fn func(*tx) error) error {
	return c.options.Store.Update(c.ctx, func(t store.Tx) error { return fn(&tx{t, c.region, c.account(), c.Server.served.Load()}) })
}

func (t *tx) key(k kind, parts ...string) string {
	return store.Key(append([]string{string(k), t.region}, parts...)...)
}

// prefix begins the keys of all records of a kind below parts.
func (t *tx) prefix(k kind, parts ...string) string { return t.key(k, parts...) + "/" }

// get reads a record; nil when there is none. The value is the caller's to change.
func get[T any](t *tx, k kind, parts ...string) (*T, error) {
	key := t.key(k, parts...)
	value := t.served.get(key)
	if value == nil {
		var err error
		if value, err = t.Tx.Get(key); err != nil || value == nil {
			return nil, err
		}
	}
	return decodeRecord[T](key, value)
}

func decodeRecord[T any](key string, value []byte) (*T, error) {
	out := new(T)
	if err := json.Unmarshal(value, out); err != nil {
		return nil, fmt.Errorf("read the record %s: %w", key, err)
	}
	return out, nil
}

// put writes a record.
func put(t *tx, v any, k kind, parts ...string) error {
	key := t.key(k, parts...)
	if err := t.served.refuse(key); err != nil {
		return err
	}
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the record %s: %w", key, err)
	}
	return t.Put(key, value)
}

// remove deletes a record; without one it does nothing.
func remove(t *tx, k kind, parts ...string) error {
	key := t.key(k, parts...)
	if err := t.served.refuse(key); err != nil {
		return err
	}
	return t.Delete(key)
}

// removeAll deletes the records of a kind below parts.
func removeAll(t *tx, k kind, parts ...string) error {
	prefix := t.prefix(k, parts...)
	if err := t.served.refuse(prefix); err != nil {
		return err
	}
	return t.DeletePrefix(prefix)
}

// list reads all records of a kind below parts, in the order of their keys.
func list[T any](t *tx, k kind, parts ...string) ([]*T, error) {
	out, _, err := listPage[T](t, "", 0, k, parts...)
	return out, err
}

// listPage reads at most limit records (0: all) whose keys are greater than after.
// next is what to go on after; "" at the end.
func listPage[T any](t *tx, after string, limit int, k kind, parts ...string) (out []*T, next string, err error) {
	prefix := t.prefix(k, parts...)
	ask := limit
	if limit > 0 {
		ask++
	}
	if after != "" {
		after = prefix + after
	}
	records, err := t.List(prefix, after, ask)
	if err != nil {
		return nil, "", err
	}
	records = t.served.merge(records, prefix, after, ask)
	if limit > 0 && len(records) > limit {
		records = records[:limit]
		next = strings.TrimPrefix(records[limit-1].Key, prefix)
	}
	out = make([]*T, len(records))
	for i, r := range records {
		if out[i], err = decodeRecord[T](r.Key, r.Value); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// count is the number of records of a kind below parts.
func count(t *tx, k kind, parts ...string) (int, error) {
	prefix := t.prefix(k, parts...)
	records, err := t.List(prefix, "", 0)
	return len(t.served.merge(records, prefix, "", 0)), err
}
