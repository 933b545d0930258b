package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	voice "voicerecordings.example/client/gen/enfonica/voice/v1beta1"
)

// Download saves the recording's file of this type; the path appears once it is
// whole. One that breaks off goes on where it broke, as often as it gets on.
func Download(ctx context.Context, recording *voice.Recording, to, mimeType string) error {
	for _, audio := range recording.Audio {
		if audio.MimeType == mimeType {
			return download(ctx, recording.Name, audio, to)
		}
	}
	return fmt.Errorf("%s is %s, without %s", recording.Name, recording.State, mimeType)
}

func download(ctx context.Context, name string, audio *voice.RecordingAudio, to string) error {
	part, err := os.Create(to + ".part")
	if err != nil {
		return err
	}
	defer part.Close()
	etag, done := "", int64(0)
	for {
		came, version, err := fetch(ctx, audio.Uri, etag, done, part)
		etag = version
		if came == int64(audio.SizeBytes) {
			return os.Rename(part.Name(), to)
		}
		if came <= done {
			return fmt.Errorf("%s: the download broke off at %d of %d bytes: %w",
				name, came, audio.SizeBytes, err)
		}
		done = came
	}
}

// fetch writes what comes behind the bytes that are done, and tells how many
// there are now and of which version of the file they are.
func fetch(ctx context.Context, uri, etag string, done int64, part *os.File) (int64, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return done, etag, err
	}
	if done > 0 && etag != "" {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", done))
		request.Header.Set("If-Range", etag)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return done, etag, err
	}
	defer response.Body.Close()
	start := int64(0)
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		start = done
	default:
		return done, etag, fmt.Errorf("the link is refused: %s", response.Status)
	}
	if _, err := part.Seek(start, io.SeekStart); err != nil {
		return done, etag, err
	}
	came, err := io.Copy(part, response.Body)
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return start + came, response.Header.Get("ETag"), err
}
