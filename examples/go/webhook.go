package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	voice "voicerecordings.example/client/gen/enfonica/voice/v1beta1"
)

const tolerance = 5 * time.Minute

// ErrNotGenuine is what every webhook that cannot be trusted is refused with.
var ErrNotGenuine = errors.New("the webhook is not genuine")

// VerifyWebhook is the recording that a webhook tells of. url is the ready_uri
// as you gave it, body the bytes as they came, keys the project's key in
// base64, or two while they change.
func VerifyWebhook(url string, header http.Header, body []byte, keys []string, now time.Time) (*voice.Recording, error) {
	id, seconds := header.Get("Webhook-Id"), header.Get("Webhook-Timestamp")
	event := header.Get("X-Enfonica-Event")
	if !signed(keys, header.Get("X-Enfonica-Signature"), url, event, string(body)) {
		return nil, fmt.Errorf("%w: no key gives this signature for this URL and body", ErrNotGenuine)
	}
	genuine := false
	for _, each := range strings.Split(header.Get("Webhook-Signature"), " ") {
		signature, ours := strings.CutPrefix(each, "v1,")
		genuine = genuine || ours && signed(keys, signature, id, ".", seconds, ".", string(body))
	}
	sent, err := strconv.ParseInt(seconds, 10, 64)
	if !genuine || err != nil {
		return nil, fmt.Errorf("%w: no key gives the webhook-signature", ErrNotGenuine)
	}
	if now.Sub(time.Unix(sent, 0)).Abs() > tolerance {
		return nil, fmt.Errorf("%w: signed too long ago, or a wrong clock", ErrNotGenuine)
	}
	recording := &voice.Recording{}
	return recording, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(body, recording)
}

func signed(keys []string, signature string, parts ...string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	for _, key := range keys {
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			continue
		}
		mac := hmac.New(sha256.New, raw)
		for _, part := range parts {
			mac.Write([]byte(part))
		}
		if hmac.Equal(mac.Sum(nil), given) {
			return true
		}
	}
	return false
}
