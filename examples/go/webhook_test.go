package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	voice "voicerecordings.example/client/gen/enfonica/voice/v1beta1"
)

func TestWebhooks(t *testing.T) {
	file, err := os.ReadFile("../webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample struct {
		Key, URL, Body string
		Headers        map[string]string
	}
	if err := json.Unmarshal(file, &sample); err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range sample.Headers {
		header.Set(name, value)
	}
	seconds, _ := strconv.ParseInt(header.Get("Webhook-Timestamp"), 10, 64)
	now := time.Unix(seconds, 0)
	wrong := strings.Repeat("A", 86) + "=="
	later := header.Clone()
	later.Set("Webhook-Timestamp", strconv.FormatInt(seconds+1, 10))

	recording, err := VerifyWebhook(sample.URL, header, []byte(sample.Body), []string{wrong, sample.Key}, now)
	if err != nil || recording.State != voice.Recording_SUCCEEDED {
		t.Error(recording, err)
	}
	changed := strings.Replace(sample.Body, "SUCCEEDED", "FAILED", 1)
	for name, row := range map[string]struct {
		url    string
		header http.Header
		body   string
		key    string
		now    time.Time
	}{
		"another key":  {sample.URL, header, sample.Body, wrong, now},
		"another URL":  {sample.URL + "&more=1", header, sample.Body, sample.Key, now},
		"another body": {sample.URL, header, changed, sample.Key, now},
		"an old one":   {sample.URL, header, sample.Body, sample.Key, now.Add(301 * time.Second)},
		"another time": {sample.URL, later, sample.Body, sample.Key, now},
		"unsigned":     {sample.URL, http.Header{}, sample.Body, sample.Key, now},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := VerifyWebhook(row.url, row.header, []byte(row.body), []string{row.key}, row.now)
			if !errors.Is(err, ErrNotGenuine) {
				t.Error(err)
			}
		})
	}
}

func TestTheServicesOwnWebhookIsGenuine(t *testing.T) {
	type arrival struct {
		recording *voice.Recording
		err       error
	}
	arrived := make(chan arrival, 1)
	key := control(t, "projects/go-lang", "")["webhookKey"].(string)
	var readyURI string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			var recording *voice.Recording
			recording, err = VerifyWebhook(readyURI, r.Header, body, []string{key}, time.Now())
			arrived <- arrival{recording, err}
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()
	readyURI = receiver.URL + "/ready?tenant=7"
	name := imported(t, "projects/go-lang/calls/w", "w&readyUri="+url.QueryEscape(readyURI))
	select {
	case came := <-arrived:
		if came.err != nil || came.recording.Name != name {
			t.Error(came.recording, came.err)
		}
	case <-time.After(30 * time.Second):
		t.Error("no webhook came")
	}
}
