package link

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
)

func TestWhatBecomesOfEachError(t *testing.T) {
	ours := protocol.NewFault(protocol.Denied, "verify certificate", "证书已过期")
	for _, row := range []struct {
		name string
		err  error
		code protocol.Code
		dial protocol.Code // when it happens before there is a session
	}{
		{"nothing", nil, 0, 0},
		{"closed with a code", &quic.ApplicationError{Remote: true, ErrorCode: 14, ErrorMessage: "满"}, protocol.Full, protocol.Full},
		{"closed without one", &quic.ApplicationError{Remote: true}, protocol.Unknown, protocol.Busy},
		{"closed with a number that is no code", &quic.ApplicationError{ErrorCode: 1 << 20}, protocol.Internal, protocol.Internal},
		{"our verification refused", errors.Join(&quic.TransportError{ErrorCode: 0x12a}, ours), protocol.Denied, protocol.Denied},
		{"the peer's TLS refused", &quic.TransportError{Remote: true, ErrorCode: 0x12a}, protocol.Denied, protocol.Denied},
		{"our TLS refused", &quic.TransportError{ErrorCode: 0x178}, protocol.Denied, protocol.Denied},
		{"the peer has no certificate", &quic.TransportError{Remote: true, ErrorCode: 0x150}, protocol.Busy, protocol.Busy},
		{"the peer is closing", &quic.TransportError{Remote: true, ErrorCode: quic.ConnectionRefused}, protocol.Busy, protocol.Busy},
		{"a bug in QUIC", &quic.TransportError{ErrorCode: quic.ProtocolViolation}, protocol.Unknown, protocol.Busy},
		{"silence", &quic.IdleTimeoutError{}, protocol.Unknown, protocol.Busy},
		{"silence in the handshake", &quic.HandshakeTimeoutError{}, protocol.Busy, protocol.Busy},
		{"restart", &quic.StatelessResetError{}, protocol.Unknown, protocol.Busy},
		{"another QUIC", &quic.VersionNegotiationError{}, protocol.Denied, protocol.Denied},
		{"a big datagram", &quic.DatagramTooLargeError{}, protocol.TooBig, protocol.TooBig},
		{"the network is down", &net.OpError{Op: "write", Err: os.ErrPermission}, protocol.Unknown, protocol.Busy},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := sessionFault("read", row.err)
			if protocol.CodeOf(err) != row.code {
				t.Errorf("%v, want %v", err, row.code)
			}
			if row.err == nil {
				return
			}
			if err := dialFault("10.0.0.1:7443", row.err); protocol.CodeOf(err) != row.dial {
				t.Errorf("dial: %v, want %v", err, row.dial)
			}
			if f := err.(*protocol.Fault); f.Text == "" && row.code != protocol.Internal {
				t.Error("no text for the person who can act")
			}
			if f := err.(*protocol.Fault); f != ours && !errors.Is(err, row.err) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestWhatBecomesOfStreamErrors(t *testing.T) {
	s := newStream(nil, nil)
	remote := func(code quic.StreamErrorCode) error { return &quic.StreamError{Remote: true, ErrorCode: code} }
	for _, row := range []struct {
		name        string
		err         error
		read, write func(error) bool
	}{
		{"end", io.EOF, is(io.EOF), is(io.EOF)},
		{"cancelled by the peer without a code", remote(0), is(io.EOF), is(io.ErrClosedPipe)}, // pitfalls.Q5
		{"cancelled by the peer with a code", remote(13), has(protocol.Busy), has(protocol.Busy)},
		{"cancelled here", &quic.StreamError{}, is(net.ErrClosed), is(net.ErrClosed)},
		{"closed here", quic.ErrStreamClosed, is(net.ErrClosed), is(net.ErrClosed)},
		{"deadline", os.ErrDeadlineExceeded, is(os.ErrDeadlineExceeded), is(os.ErrDeadlineExceeded)},
		{"session lost", &quic.IdleTimeoutError{}, has(protocol.Unknown), has(protocol.Unknown)},
	} {
		if err := s.readError(row.err); !row.read(err) {
			t.Errorf("%s: read: %v", row.name, err)
		}
		if err := s.writeError(row.err); row.err != io.EOF && !row.write(err) {
			t.Errorf("%s: write: %v", row.name, err)
		}
	}
}

func is(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
func has(want protocol.Code) func(error) bool {
	return func(err error) bool { return protocol.CodeOf(err) == want }
}

func TestSettingsAreThoseOfPitfalls(t *testing.T) { // pitfalls §3, second table
	in, out, at := dialConfig(Options{Inside: true}), dialConfig(Options{}), listenConfig(Options{Inside: true})
	for name, ok := range map[string]bool{
		"0-RTT is off":                       !in.Allow0RTT && !out.Allow0RTT && !at.Allow0RTT,
		"datagrams are on":                   in.EnableDatagrams && out.EnableDatagrams && at.EnableDatagrams,
		"inside: 5 s, 20 s, 2 s":             in.KeepAlivePeriod.Seconds() == 5 && in.MaxIdleTimeout.Seconds() == 20 && in.HandshakeIdleTimeout.Seconds() == 2,
		"node: 10 s, 45 s, 3 s":              out.KeepAlivePeriod.Seconds() == 10 && out.MaxIdleTimeout.Seconds() == 45 && out.HandshakeIdleTimeout.Seconds() == 3,
		"a listener lets the dialler decide": at.MaxIdleTimeout == out.MaxIdleTimeout,
		"streams":                            in.MaxIncomingStreams == 1024 && at.MaxIncomingStreams == 1024 && out.MaxIncomingStreams == 256,
		"one-way streams":                    in.MaxIncomingUniStreams == 256 && at.MaxIncomingUniStreams == 256 && out.MaxIncomingUniStreams == 16,
		"one stopped stream leaves room":     in.InitialConnectionReceiveWindow > 2*in.InitialStreamReceiveWindow && in.MaxConnectionReceiveWindow > 2*in.MaxStreamReceiveWindow,
		"packet size is the option":          dialConfig(Options{PacketSize: 1200}).InitialPacketSize == 1200,
	} {
		if !ok {
			t.Error(name)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, row := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 10, "short"}, {"exactly", 7, "exactly"}, {"longer", 4, "long"}, {"原因", 3, "原"}, {"原因", 5, "原"}, {"原因", 2, ""},
	} {
		if got := shorten(row.text, row.n); got != row.want {
			t.Errorf("%q to %d: %q, want %q", row.text, row.n, got, row.want)
		}
	}
	if long := shorten(strings.Repeat("因", 1000), maxReason); len(long) > maxReason || len(long) < maxReason-3 {
		t.Errorf("cut to %d bytes", len(long))
	}
}
