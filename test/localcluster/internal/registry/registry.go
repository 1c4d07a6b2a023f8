// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Address is where the registry listens. Only the container runtime and the machine's own tools need it.
const Address = "127.0.0.1:15000"

// Serve serves the images of the seeds, and takes pushes into dir, until the context ends.
func Serve(ctx context.Context, dir string, seeds []string, logs io.Writer) error {
	handler, err := newHandler(dir, seeds, log.New(logs, "", log.LstdFlags))
	if err != nil {
		return err
	}
	server := &http.Server{Addr: Address, Handler: handler}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler returns the library's registry, with the seeds pushed to it. The library keeps manifests in memory; they
// are small.
func newHandler(dir string, seeds []string, logger *log.Logger) (http.Handler, error) {
	handler := registry.New(registry.Logger(logger), registry.WithBlobHandler(registry.NewDiskBlobHandler(dir)))
	for _, seed := range seeds {
		if err := linkBlobs(seed, dir); err != nil {
			return nil, err
		}
		manifest, err := readSeed(seed)
		if err != nil {
			return nil, err
		}
		for _, path := range manifest.Names {
			request := httptest.NewRequest(http.MethodPut, manifestPath(path), bytes.NewReader(manifest.Manifest))
			request.Header.Set("Content-Type", manifest.MediaType)
			response := httptest.NewRecorder()
			handler.ServeHTTP(response, request)
			if response.Code >= http.StatusBadRequest {
				return nil, fmt.Errorf("serve %s: %s", path, response.Body)
			}
		}
	}
	return handler, nil
}

// Publish adds a seed to the running registry that takes pushes into dir. What is there already stays.
func Publish(ctx context.Context, dir, seed string) error {
	return publish(ctx, "http://"+Address, dir, seed)
}

func publish(ctx context.Context, server, dir, seed string) error {
	if err := linkBlobs(seed, dir); err != nil {
		return err
	}
	manifest, err := readSeed(seed)
	if err != nil {
		return err
	}
	for _, path := range manifest.Names {
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, server+manifestPath(path), bytes.NewReader(manifest.Manifest))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", manifest.MediaType)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return fmt.Errorf("publish %s: %w", path, err)
		}
		_ = response.Body.Close()
		if response.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("publish %s: %s", path, response.Status)
		}
	}
	return nil
}

// manifestPath returns where the registry has the manifest of REPOSITORY:TAG.
func manifestPath(path string) string {
	repository, tag, _ := strings.Cut(path, ":")
	return "/v2/" + repository + "/manifests/" + tag
}

// Push puts an image into the running registry under the name, whatever host the name has.
func Push(ctx context.Context, image string, img v1.Image) error {
	tag, err := local(image)
	if err != nil {
		return err
	}
	if err := remote.Write(tag, img, remote.WithContext(ctx)); err != nil {
		return fmt.Errorf("push %s: %w", image, err)
	}
	return nil
}

// Pull returns an image of the running registry by its name, whatever host the name has.
func Pull(ctx context.Context, image string) (v1.Image, error) {
	tag, err := local(image)
	if err != nil {
		return nil, err
	}
	img, err := remote.Image(tag, remote.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", image, err)
	}
	return img, nil
}

func local(image string) (name.Tag, error) {
	path, err := Path(image)
	if err != nil {
		return name.Tag{}, err
	}
	return name.NewTag(Address+"/"+path, name.Insecure)
}
