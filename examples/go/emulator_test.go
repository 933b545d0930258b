package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

// TestMain gives the run an emulator of its own, found by the environment.
func TestMain(m *testing.M) {
	os.Exit(withEmulator(m.Run))
}

func withEmulator(run func() int) int {
	server := exec.Command("voice-recordings", "serve", "--emulator",
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
	return run()
}

// control is one of the emulator's controls; without a body it is read.
func control(t *testing.T, path, body string) map[string]any {
	t.Helper()
	url := os.Getenv("VOICE_RECORDINGS_EMULATOR_URL") + "/emulator/v1/" + path
	var response *http.Response
	var err error
	if body == "" {
		response, err = http.Get(url)
	} else {
		response, err = http.Post(url, "application/json", bytes.NewBufferString(body))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != 200 {
		t.Fatal(path, answer, err)
	}
	return answer
}
