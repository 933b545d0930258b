// Package client is the smallest client in Go that does everything.
package client

//go:generate buf generate

import (
	"context"
	"fmt"
	"iter"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	voice "voicerecordings.example/client/gen/enfonica/voice/v1beta1"
)

const (
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
)

// Client is a connection to one server.
type Client struct {
	connection *grpc.ClientConn
	recordings voice.RecordingsClient
}

// Dial connects to HOST:PORT, or to the emulator if target is empty.
func Dial(target string, options ...grpc.DialOption) (*Client, error) {
	if target == "" {
		target = os.Getenv("VOICE_RECORDINGS_EMULATOR_HOST")
	}
	if len(options) == 0 {
		options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	connection, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, err
	}
	return &Client{connection, voice.NewRecordingsClient(connection)}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.connection.Close() }

// Get is one recording, with links to download its audio. The context's
// deadline is the call's.
func (c *Client) Get(ctx context.Context, name string) (*voice.Recording, error) {
	recording, err := c.recordings.GetRecording(ctx, &voice.GetRecordingRequest{Name: name})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", name, err)
	}
	return recording, nil
}

// List goes through the recordings of a call or project, newest first, page by page.
func (c *Client) List(ctx context.Context, parent string, pageSize int32) iter.Seq2[*voice.Recording, error] {
	return func(yield func(*voice.Recording, error) bool) {
		request := &voice.ListRecordingsRequest{Parent: parent, PageSize: pageSize}
		for {
			page, err := c.recordings.ListRecordings(ctx, request)
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", parent, err))
				return
			}
			for _, recording := range page.Recordings {
				if !yield(recording, nil) {
					return
				}
			}
			if page.NextPageToken == "" {
				return
			}
			request.PageToken = page.NextPageToken
		}
	}
}

// Delete deletes a recording and gives it as it was.
func (c *Client) Delete(ctx context.Context, name string) (*voice.Recording, error) {
	recording, err := c.recordings.DeleteRecording(ctx, &voice.DeleteRecordingRequest{Name: name})
	if err != nil {
		return nil, fmt.Errorf("delete %s: %w", name, err)
	}
	return recording, nil
}

// WaitUntilReady is the recording once it is SUCCEEDED, EMPTY or FAILED, or the
// context is done.
func (c *Client) WaitUntilReady(ctx context.Context, name string) (*voice.Recording, error) {
	for pause := firstPause; ; pause = min(pause*3/2, longestPause) {
		recording, err := c.Get(ctx, name)
		if err != nil || recording.State != voice.Recording_PENDING {
			return recording, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is still PENDING: %w", name, ctx.Err())
		case <-time.After(pause):
		}
	}
}
