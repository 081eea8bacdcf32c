// Command oracle says what metrics-server v0.9.0 makes of an argument list, without contacting a cluster.
//
// It reads one JSON object per line, {"argv": ["--kubelet-insecure-tls"]}, and prints one per line:
// {"result": "secure" | "insecure" | "crash" | "exit", "error": "..."}. The command is assembled as
// cmd/metrics-server/app/start.go assembles it, from the same exported options, except that it stops where the
// real one would load its Kubernetes client configuration. With -dump it prints the flags instead.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"k8s.io/client-go/rest"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"

	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
)

type answer struct {
	Result           string   `json:"result"`
	Error            string   `json:"error,omitempty"`
	Errors           []string `json:"errors,omitempty"`
	Scheme           string   `json:"scheme,omitempty"`
	Insecure         bool     `json:"insecure,omitempty"`
	CAFile           string   `json:"caFile,omitempty"`
	Kubeconfig       string   `json:"kubeconfig,omitempty"`
	MetricResolution string   `json:"metricResolution,omitempty"`
}

func newCommand(opts *options.Options, run func(*cobra.Command, []string) error) *cobra.Command {
	cmd := &cobra.Command{Short: "Launch metrics-server", Long: "Launch metrics-server", RunE: run}
	fs := cmd.Flags()
	nfs := opts.Flags()
	for _, f := range nfs.FlagSets {
		fs.AddFlagSet(f)
	}
	local := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	logs.AddGoFlags(local)
	fs.AddGoFlagSet(local)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	cmd.SilenceUsage = true
	return cmd
}

func judge(argv []string) (got answer) {
	if err := logsapi.ResetForTest(nil); err != nil {
		panic(err)
	}
	opts := options.NewOptions()
	got = answer{Result: "exit"}
	cmd := newCommand(opts, func(*cobra.Command, []string) error {
		if opts.ShowVersion {
			return nil
		}
		if errs := opts.Validate(); len(errs) > 0 {
			for _, err := range errs {
				got.Errors = append(got.Errors, err.Error())
			}
			return errs[0]
		}
		kubelet := opts.KubeletClient.Config(&rest.Config{TLSClientConfig: rest.TLSClientConfig{CAFile: "cluster"}})
		got.Result = "secure"
		got.Scheme = kubelet.Scheme
		got.Insecure = kubelet.Client.TLSClientConfig.Insecure
		got.CAFile = kubelet.Client.TLSClientConfig.CAFile
		got.Kubeconfig = opts.Kubeconfig
		got.MetricResolution = opts.MetricResolution.Round(time.Nanosecond).String()
		if got.Insecure || got.Scheme != "https" {
			got.Result = "insecure"
		}
		return nil
	})
	if argv == nil {
		argv = []string{}
	}
	cmd.SetArgs(argv)
	if err := cmd.Execute(); err != nil {
		got.Result, got.Error = "crash", err.Error()
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

func dump() {
	cmd := newCommand(options.NewOptions(), nil)
	cmd.InitDefaultHelpFlag()
	rows := []flagRow{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		rows = append(rows, flagRow{f.Name, f.Shorthand, f.Value.Type(), f.DefValue, f.NoOptDefVal})
	})
	out, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-dump" {
		dump()
		return
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var question struct {
			Argv []string `json:"argv"`
		}
		if err := decoder.Decode(&question); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "oracle: what stands on standard input is not JSON:", err)
			os.Exit(2)
		}
		if err := encoder.Encode(judge(question.Argv)); err != nil {
			panic(err)
		}
	}
}
