package client

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	voice "voicerecordings.example/client/gen/enfonica/voice/v1beta1"
)

const absent = "projects/go-lang/calls/c1/recordings/absent"

// tone is a second of a tone as a WAV file, 8 kHz mono.
func tone() []byte {
	var file bytes.Buffer
	file.WriteString("RIFF")
	binary.Write(&file, binary.LittleEndian, uint32(36+16000))
	file.WriteString("WAVEfmt ")
	for _, field := range []any{
		uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16),
	} {
		binary.Write(&file, binary.LittleEndian, field)
	}
	file.WriteString("data")
	binary.Write(&file, binary.LittleEndian, uint32(16000))
	for n := range 8000 {
		binary.Write(&file, binary.LittleEndian, int16(10000*math.Sin(2*math.Pi*440*float64(n)/8000)))
	}
	return file.Bytes()
}

func imported(t *testing.T, call, id string) string {
	t.Helper()
	url := fmt.Sprintf("%s/v1/%s/recordings:import?recordingId=%s",
		os.Getenv("VOICE_RECORDINGS_EMULATOR_URL"), call, id)
	response, err := http.Post(url, "audio/wav", bytes.NewReader(tone()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ Name string }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.Name == "" {
		t.Fatal("no recording was made:", response.Status, err)
	}
	return made.Name
}

func dialled(t *testing.T, target string) (*Client, context.Context) {
	t.Helper()
	client, err := Dial(target)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(func() { cancel(); client.Close() })
	return client, ctx
}

func TestARecordingLivesItsLife(t *testing.T) {
	client, ctx := dialled(t, "")
	call := "projects/go-lang/calls/life"
	names := []string{imported(t, call, "a"), imported(t, call, "b"), imported(t, call, "c")}
	slices.Reverse(names)
	ready, err := client.WaitUntilReady(ctx, names[0])
	if err != nil || ready.State != voice.Recording_SUCCEEDED {
		t.Fatal(ready.GetState(), err)
	}
	var listed []string
	for recording, err := range client.List(ctx, call, 2) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, recording.Name)
	}
	if !slices.Equal(listed, names) {
		t.Error("listed", listed)
	}
	to := filepath.Join(t.TempDir(), "a.wav")
	if err := Download(ctx, ready, to, "audio/x-wav"); err != nil {
		t.Fatal(err)
	}
	if file, _ := os.ReadFile(to); !bytes.Equal(file, tone()) {
		t.Error("the file is another one")
	}
	if _, err := client.Delete(ctx, names[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(ctx, names[0]); status.Code(err) != codes.NotFound {
		t.Error(err)
	}
}

func TestWhatTheEmulatorPlays(t *testing.T) {
	client, ctx := dialled(t, "")
	project := "projects/go-emulator"
	made := control(t, project+"/calls/c/recordings:simulate",
		`{"recordingId": "r", "duration": "10s", "endAfterGets": 3}`)
	name := made["name"].(string)
	if pending, err := client.Get(ctx, name); err != nil || pending.State != voice.Recording_PENDING {
		t.Error(pending.GetState(), err)
	}
	ready, err := client.WaitUntilReady(ctx, name)
	if err != nil || ready.State != voice.Recording_SUCCEEDED {
		t.Fatal(ready.GetState(), err)
	}

	control(t, "faults", `{"method": "Download", "project": "`+project+`", "cutAfterBytes": 100000}`)
	to := filepath.Join(t.TempDir(), "r.wav")
	if err := Download(ctx, ready, to, "audio/x-wav"); err != nil {
		t.Fatal(err)
	}
	if file, err := os.Stat(to); err != nil || file.Size() != 44+10*2*2*8000 {
		t.Error("not the whole file", err)
	}

	control(t, "faults", `{"method": "GetRecording", "project": "`+project+`",
		"status": {"code": 16, "message": "the token has expired"}}`)
	if _, err := client.Get(ctx, name); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
	faults := control(t, "faults?project="+project, "")
	if faults["pendingCount"] != nil {
		t.Error("a fault has not happened", faults)
	}
}

func TestErrorsNameTheRecording(t *testing.T) {
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	old := grpc.NewServer()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go old.Serve(listener)
	defer old.Stop()
	for name, row := range map[string]struct {
		target string
		code   codes.Code
	}{
		"not there": {"", codes.NotFound},
		"down":      {"127.0.0.1:2", codes.Unavailable},
		"slow":      {deaf.Addr().String(), codes.DeadlineExceeded},
		"too old":   {listener.Addr().String(), codes.Unimplemented},
	} {
		t.Run(name, func(t *testing.T) {
			client, ctx := dialled(t, row.target)
			patience := 30 * time.Second
			if row.code == codes.DeadlineExceeded {
				patience = 2 * time.Second
			}
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			_, err := client.Get(ctx, absent)
			if status.Code(err) != row.code || !strings.Contains(err.Error(), absent) {
				t.Error(err)
			}
		})
	}
}

func TestARefusedTokenIsSaidSo(t *testing.T) {
	refuse := func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
		return nil, status.Error(codes.Unauthenticated, "the token has expired")
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(refuse))
	voice.RegisterRecordingsServer(server, voice.UnimplementedRecordingsServer{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Stop()
	client, ctx := dialled(t, listener.Addr().String())
	if _, err := client.Get(ctx, absent); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
}

func TestADownloadThatIsCut(t *testing.T) {
	wave := tone()
	var asked []string
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := 0
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		asked = append(asked, r.Header.Get("If-Range"))
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(wave)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		if r.URL.Path == "/for-good" && from > 0 {
			panic(http.ErrAbortHandler)
		}
		w.Write(wave[from:min(from+6000, len(wave))])
	}))
	defer cut.Close()
	recording := func(path string) *voice.Recording {
		return &voice.Recording{Name: absent, Audio: []*voice.RecordingAudio{
			{MimeType: "audio/x-wav", SizeBytes: int32(len(wave)), Uri: cut.URL + path},
		}}
	}
	to := filepath.Join(t.TempDir(), "a.wav")
	if err := Download(t.Context(), recording("/now-and-then"), to, "audio/x-wav"); err != nil {
		t.Fatal(err)
	}
	if file, _ := os.ReadFile(to); !bytes.Equal(file, wave) || asked[1] != `"1"` {
		t.Error("the file is another one", asked)
	}
	to = filepath.Join(t.TempDir(), "a.wav")
	err := Download(t.Context(), recording("/for-good"), to, "audio/x-wav")
	if err == nil || !strings.Contains(err.Error(), absent+": the download broke off at 6000 of") {
		t.Error(err)
	}
	if _, err := os.Stat(to); !os.IsNotExist(err) {
		t.Error("half a file was left")
	}
}
