package client

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// A server of this run's own, found by the environment.
func TestMain(m *testing.M) {
	os.Exit(withEmulator(m.Run))
}

func withEmulator(run func() int) int {
	server := exec.Command("voice-recordings", "serve",
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
