//go:build logsapi
// +build logsapi

package main

import (
	"flag"

	"github.com/spf13/pflag"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/logs/json/register"
)

func init() {
	var options *logs.Options
	resetLogs = func() { logsapi.ResetForTest(nil) }
	addLogging = func(fs *pflag.FlagSet) {
		options = logs.NewOptions()
		logsapi.AddFlags(options, fs)
	}
	checkLogs = func() error {
		// klog would panic in time.NewTicker, holding a lock that the next argument list needs.
		if options.FlushFrequency.Duration.Duration <= 0 && len(logsapi.Validate(options, nil, nil)) == 0 {
			panic("non-positive interval for NewTicker")
		}
		return logsapi.ValidateAndApply(options, nil)
	}
	goFlags = func(fs *flag.FlagSet) { logs.AddGoFlags(fs) }
}
