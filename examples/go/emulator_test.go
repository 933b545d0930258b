package client

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A server of this run's own, found by the environment.
func TestMain(m *testing.M) {
	os.Exit(withEmulator(m.Run))
}

func withEmulator(run func() int) int {
	folder, err := os.MkdirTemp("", "emulator-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	// With a secret of ours the keys that webhooks are signed with can be told.
	secretFile := filepath.Join(folder, "secret")
	secret := rand.Text() + rand.Text()
	if err := os.WriteFile(secretFile, []byte(secret), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	key, err := exec.Command("voice-recordings", "webhooks", "key", "go-lang",
		"--secret-file", secretFile).Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "voice-recordings does not start:", err)
		return 1
	}
	server := exec.Command("voice-recordings", "serve", "--secret-file", secretFile,
		"--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0")
	server.Stderr = os.Stderr
	output, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "voice-recordings does not start:", err)
		return 1
	}
	defer func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	}()
	var ready struct{ Grpc, Http string }
	if err := json.NewDecoder(output).Decode(&ready); err != nil {
		fmt.Fprintln(os.Stderr, "voice-recordings ended before it was ready:", err)
		return 1
	}
	os.Setenv("VOICE_RECORDINGS_EMULATOR_HOST", ready.Grpc)
	os.Setenv("VOICE_RECORDINGS_EMULATOR_URL", ready.Http)
	os.Setenv("WEBHOOK_KEY", strings.TrimSpace(string(key)))
	return run()
}
