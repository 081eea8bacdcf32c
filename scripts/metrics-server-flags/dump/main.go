// Command dump prints the flags of a metrics-server release as JSON, and judges argument lists as that release does.
//
// Most old releases are no longer served by the Go module proxy, but the libraries that define all their flags and
// parse them are. So the flag set is assembled here the way the release's own cmd/metrics-server/app/options does:
// its own flags, then k8s.io/apiserver's options at the version the release pins. Build tags choose the parts:
//
//	audit     audit options (v0.6.0 and later)
//	generic   the API server's run options (v0.8.0 and later)
//	logsapi   component-base logging options (v0.7.0 and later)
//	klogflags all flags of klog v2 (v0.4.0 to v0.6.4)
//
// Without arguments it reads {"argv": […]} lines and prints {"result", "error"}; with -dump it prints the flags.
package main

import (
	"bufio"
	"encoding/json"
	goflag "flag"
	"fmt"
	"io"
	"io/ioutil"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	genericoptions "k8s.io/apiserver/pkg/server/options"
)

// release is set with -ldflags "-X main.release=v0.6.4".
var release string

type settings struct {
	insecure, completely, useNodePort, version   bool
	ca, clientKey, clientCert, kubeconfig, nodes string
	port                                         int
	addressTypes                                 []string
	resolution, timeout                          time.Duration
}

// addLogging and addAudit are replaced by the files that build tags choose.
var (
	addLogging   = func(*pflag.FlagSet) {}
	addAudit     = func(*pflag.FlagSet) {}
	addGeneric   = func(*pflag.FlagSet) {}
	checkGeneric = func() []error { return nil }
	checkLogs    = func() error { return nil }
	resetLogs    = func() {}
	goFlags      = func(*goflag.FlagSet) {}
	since        = func(version string) bool { return minor(release) >= minor(version) }
)

func minor(version string) int {
	var major, minor, patch int
	fmt.Sscanf(strings.TrimPrefix(version, "v"), "%d.%d.%d", &major, &minor, &patch)
	return minor*100 + patch
}

func newCommand(s *settings, run func() error) *cobra.Command {
	*s = settings{port: 10250, resolution: time.Minute, timeout: 10 * time.Second}
	cmd := &cobra.Command{RunE: func(*cobra.Command, []string) error { return run() }}
	fs := cmd.Flags()
	fs.DurationVar(&s.resolution, "metric-resolution", s.resolution, "")
	fs.BoolVar(&s.insecure, "kubelet-insecure-tls", false, "")
	fs.BoolVar(&s.completely, "deprecated-kubelet-completely-insecure", false, "")
	fs.IntVar(&s.port, "kubelet-port", s.port, "")
	fs.StringVar(&s.kubeconfig, "kubeconfig", "", "")
	fs.StringSliceVar(&s.addressTypes, "kubelet-preferred-address-types", nil, "")
	fs.StringVar(&s.ca, "kubelet-certificate-authority", "", "")
	fs.BoolVar(&s.version, "version", false, "")
	fs.BoolVar(&s.useNodePort, "kubelet-use-node-status-port", false, "")
	fs.StringVar(&s.clientKey, "kubelet-client-key", "", "")
	fs.StringVar(&s.clientCert, "kubelet-client-certificate", "", "")
	if since("v0.7.0") {
		fs.DurationVar(&s.timeout, "kubelet-request-timeout", s.timeout, "")
		fs.StringVarP(&s.nodes, "node-selector", "l", "", "")
	}
	genericoptions.NewSecureServingOptions().WithLoopback().AddFlags(fs)
	genericoptions.NewDelegatingAuthenticationOptions().AddFlags(fs)
	genericoptions.NewDelegatingAuthorizationOptions().AddFlags(fs)
	genericoptions.NewFeatureOptions().AddFlags(fs)
	addAudit(fs)
	addGeneric(fs)
	addLogging(fs)
	local := goflag.NewFlagSet("local", goflag.ContinueOnError)
	goFlags(local)
	fs.AddGoFlagSet(local)
	cmd.SetOutput(ioutil.Discard)
	cmd.SilenceUsage = true
	return cmd
}

func (s *settings) validate() []error {
	var errs []error
	upper := func(text string) {
		if !since("v0.7.0") {
			text = strings.ToUpper(text[:1]) + text[1:]
		}
		errs = append(errs, fmt.Errorf("%s", text))
	}
	if s.ca != "" && s.insecure {
		upper("cannot use both --kubelet-certificate-authority and --kubelet-insecure-tls")
	}
	if (s.clientKey != "") != (s.clientCert != "") {
		upper("need both --kubelet-client-key and --kubelet-client-certificate")
	}
	if s.clientKey != "" && s.completely {
		upper("cannot use both --kubelet-client-key and --deprecated-kubelet-completely-insecure")
	}
	if s.clientCert != "" && s.completely {
		upper("cannot use both --kubelet-client-certificate and --deprecated-kubelet-completely-insecure")
	}
	if s.insecure && s.completely {
		upper("cannot use both --kubelet-insecure-tls and --deprecated-kubelet-completely-insecure")
	}
	if s.ca != "" && s.completely {
		upper("cannot use both --kubelet-certificate-authority and --deprecated-kubelet-completely-insecure")
	}
	if since("v0.7.0") && s.timeout <= 0 {
		errs = append(errs, fmt.Errorf("kubelet-request-timeout should be positive"))
	}
	if since("v0.5.0") && s.resolution < 10*time.Second {
		errs = append(errs, fmt.Errorf("metric-resolution should be a time duration at least 10s, but value %v provided", s.resolution))
	}
	if since("v0.7.0") && s.resolution*9/10 < s.timeout {
		errs = append(errs, fmt.Errorf("metric-resolution should be larger than kubelet-request-timeout, but metric-resolution value %v kubelet-request-timeout value %v provided", s.resolution, s.timeout))
	}
	if err := checkLogs(); err != nil {
		errs = append(errs, err)
	}
	return append(errs, checkGeneric()...)
}

type answer struct {
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
}

func judge(argv []string) (got answer) {
	defer func() {
		if reason := recover(); reason != nil {
			got = answer{Result: "crash", Error: fmt.Sprint(reason)}
		}
	}()
	resetLogs()
	got = answer{Result: "exit"}
	var s settings
	cmd := newCommand(&s, func() error {
		if s.version {
			return nil
		}
		if errs := s.validate(); len(errs) > 0 {
			return errs[0]
		}
		got.Result = "secure"
		if s.insecure || s.completely {
			got.Result = "insecure"
		}
		return nil
	})
	cmd.SetArgs(append([]string{}, argv...))
	if err := cmd.Execute(); err != nil {
		got = answer{Result: "crash", Error: err.Error()}
	}
	return got
}

type flagRow struct {
	Name        string `json:"name"`
	Shorthand   string `json:"shorthand,omitempty"`
	Type        string `json:"type"`
	Default     string `json:"default"`
	NoOptDefVal string `json:"noOptDefVal,omitempty"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-dump" {
		cmd := newCommand(&settings{}, nil)
		cmd.InitDefaultHelpFlag()
		rows := []flagRow{}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			rows = append(rows, flagRow{f.Name, f.Shorthand, f.Value.Type(), f.DefValue, f.NoOptDefVal})
		})
		out, _ := json.MarshalIndent(rows, "", " ")
		fmt.Println(string(out))
		return
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder, encoder := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20)), json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var question struct {
			Argv []string `json:"argv"`
		}
		if err := decoder.Decode(&question); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "dump: what stands on standard input is not JSON:", err)
			os.Exit(2)
		}
		if err := encoder.Encode(judge(question.Argv)); err != nil {
			panic(err)
		}
	}
}
