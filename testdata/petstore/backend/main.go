// Command backend is the pet store that the PetStore example calls: the same
// three pets as the vendor's public demo, on this machine.
//
//	GET  /petstore/pets[?type=dog][&page=1]   the list, of one type if asked
//	POST /petstore/pets                       echoes the pet
//	GET  /petstore/pets/{id}                  one pet
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

type pet struct {
	ID    int     `json:"id"`
	Type  string  `json:"type"`
	Price float64 `json:"price"`
}

func pets() []pet {
	return []pet{{1, "dog", 249.99}, {2, "cat", 124.99}, {3, "fish", 0.99}}
}

// maxBody bounds a posted pet, in bytes.
const maxBody = 1 << 20

func main() {
	listen := flag.String("listen", "127.0.0.1:4567", "address to listen on; port 0 takes a free one")
	portFile := flag.String("port-file", "", "file to write the port to once connections are accepted")
	flag.Parse()
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	if *portFile != "" {
		port := ln.Addr().(*net.TCPAddr).Port
		if err := os.WriteFile(*portFile, []byte(strconv.Itoa(port)+"\n"), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("petstore backend: ready on http://%s\n", ln.Addr())
	s := &http.Server{Handler: handler(), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(s.Serve(ln))
}

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /petstore/pets", list)
	mux.HandleFunc("POST /petstore/pets", create)
	mux.HandleFunc("GET /petstore/pets/{id}", get)
	return mux
}

func answer(w http.ResponseWriter, status int, v any) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b)
}

func list(w http.ResponseWriter, r *http.Request) {
	out := []pet{}
	for _, p := range pets() {
		if t := r.URL.Query().Get("type"); t == "" || t == p.Type {
			out = append(out, p)
		}
	}
	answer(w, http.StatusOK, out)
}

func create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		answer(w, http.StatusRequestEntityTooLarge, map[string]string{"message": "the pet is too large"})
		return
	} else if err != nil {
		return // the client is gone
	}
	if !json.Valid(body) {
		answer(w, http.StatusBadRequest, map[string]string{"message": "the pet is no JSON"})
		return
	}
	answer(w, http.StatusOK, struct {
		Pet     json.RawMessage `json:"pet"`
		Message string          `json:"message"`
	}{body, "success"})
}

func get(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err == nil {
		for _, p := range pets() {
			if p.ID == id {
				answer(w, http.StatusOK, p)
				return
			}
		}
	}
	answer(w, http.StatusNotFound, map[string]any{"errors": []map[string]string{{"key": "GetPetResponse", "message": "Pet not found"}}})
}
