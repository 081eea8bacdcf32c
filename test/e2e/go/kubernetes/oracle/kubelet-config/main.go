// Command kubelet-config says what the real kubeadm and the real kubelet make of a text.
//
// It reads JSON lines {"input": TEXT} on stdin and writes one JSON line each: the outcome (true, false, error or unstable)
// and the error of both programs, and a few fields of what they decoded.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	kubeadmapi "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm"
	"k8s.io/kubernetes/cmd/kubeadm/app/componentconfigs"
	kubeadmutil "k8s.io/kubernetes/cmd/kubeadm/app/util"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/config/strict"
	"k8s.io/kubernetes/pkg/features"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	utilcodec "k8s.io/kubernetes/pkg/kubelet/kubeletconfig/util/codec"
	"sigs.k8s.io/yaml"
)

type request struct {
	Input string `json:"input"`
	// Strict asks for what kubeadm's strict pass complains about; Tree for the decoded configuration.
	Strict bool `json:"strict"`
	Tree   bool `json:"tree"`
	// YAML asks only for what sigs.k8s.io/yaml turns the first document into.
	YAML bool `json:"yaml"`
}

type answer struct {
	Kubeadm      string          `json:"kubeadm"`
	KubeadmError string          `json:"kubeadmError,omitempty"`
	Kubelet      string          `json:"kubelet"`
	KubeletError string          `json:"kubeletError,omitempty"`
	Gates        map[string]bool `json:"gates,omitempty"`
	GatesError   string          `json:"gatesError,omitempty"`
	Refuses      bool            `json:"refuses,omitempty"`
	Strict       string          `json:"strict,omitempty"`
	Tree         json.RawMessage `json:"tree,omitempty"`
	JSON         string          `json:"json,omitempty"`
	JSONError    string          `json:"jsonError,omitempty"`
}

func outcome(value bool) string {
	if value {
		return "true"
	}
	return "false"
}

// readAsKubeadm is what FetchFromCluster does with the text of the ConfigMap, without the API server:
// handler.fromConfigMap splits it and hands the map to handler.FromDocumentMap.
func readAsKubeadm(text string) (result string, message string, config *kubeletv1beta1.KubeletConfiguration) {
	defer func() {
		if r := recover(); r != nil {
			result, message = "error", fmt.Sprintf("panic: %v", r)
		}
	}()
	documents, err := kubeadmutil.SplitConfigDocuments([]byte(text))
	if err != nil {
		return "error", err.Error(), nil
	}
	for gvk := range documents {
		if gvk.Group != componentconfigs.KubeletGroup {
			delete(documents, gvk)
		}
	}
	cluster := &kubeadmapi.ClusterConfiguration{}
	if err := componentconfigs.FetchFromDocumentMap(cluster, documents); err != nil {
		return "error", err.Error(), nil
	}
	component, ok := cluster.ComponentConfigs[componentconfigs.KubeletGroup]
	if !ok {
		return "false", "", nil
	}
	config = component.Get().(*kubeletv1beta1.KubeletConfiguration)
	return outcome(config.ServerTLSBootstrap), "", config
}

// strictComplaints is what `kubeadm config validate` finds and the lenient reading passes over.
func strictComplaints(text string) string {
	documents, err := kubeadmutil.SplitConfigDocuments([]byte(text))
	if err != nil {
		return ""
	}
	for gvk, document := range documents {
		if gvk.Group != componentconfigs.KubeletGroup {
			continue
		}
		if err := strict.VerifyUnmarshalStrict([]*runtime.Scheme{componentconfigs.Scheme}, gvk, document); err != nil {
			return err.Error()
		}
	}
	return ""
}

func readAsKubelet(codecs *serializer.CodecFactory, text string) (result string, message string) {
	defer func() {
		if r := recover(); r != nil {
			result, message = "error", fmt.Sprintf("panic: %v", r)
		}
	}()
	if len(text) == 0 {
		return "error", `kubelet config file "" was empty`
	}
	config, err := utilcodec.DecodeKubeletConfiguration(context.Background(), codecs, []byte(text))
	if err != nil {
		return "error", err.Error()
	}
	return outcome(config.ServerTLSBootstrap), ""
}

func convert(text string) (result string, message string) {
	defer func() {
		if r := recover(); r != nil {
			result, message = "", fmt.Sprintf("panic: %v", r)
		}
	}()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return "", err.Error()
	}
	return string(data), ""
}

func serve(in io.Reader, out io.Writer, codecs *serializer.CodecFactory) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 1<<20), 1<<28)
	writer := bufio.NewWriter(out)
	defer writer.Flush()
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for scanner.Scan() {
		var r request
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			return err
		}
		if err := encoder.Encode(judge(codecs, r)); err != nil {
			return err
		}
	}
	return scanner.Err()
}

func judge(codecs *serializer.CodecFactory, r request) answer {
	var a answer
	if r.YAML {
		a.JSON, a.JSONError = convert(r.Input)
		return a
	}
	rounds := 2
	if strings.Contains(r.Input, "---") {
		rounds = 10
	}
	var config *kubeletv1beta1.KubeletConfiguration
	a.Kubeadm, a.KubeadmError, config = readAsKubeadm(r.Input)
	a.Kubelet, a.KubeletError = readAsKubelet(codecs, r.Input)
	for i := 1; i < rounds; i++ {
		if again, _, _ := readAsKubeadm(r.Input); again != a.Kubeadm {
			a.Kubeadm = "unstable"
		}
		if again, _ := readAsKubelet(codecs, r.Input); again != a.Kubelet {
			a.Kubelet = "unstable"
		}
	}
	if config != nil {
		a.Gates = config.FeatureGates
		gate := utilfeature.DefaultMutableFeatureGate.DeepCopy().(featuregate.MutableVersionedFeatureGate)
		if err := gate.SetFromMap(config.FeatureGates); err != nil {
			a.GatesError = err.Error()
		} else {
			a.Refuses = config.ServerTLSBootstrap && !gate.Enabled(features.RotateKubeletServerCertificate)
		}
		if r.Tree {
			a.Tree, _ = json.Marshal(config)
		}
	}
	if r.Strict {
		a.Strict = strictComplaints(r.Input)
	}
	return a
}

func main() {
	flags := flag.NewFlagSet("klog", flag.ExitOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("alsologtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	_, codecs, err := kubeletscheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		panic(err)
	}
	if err := serve(os.Stdin, os.Stdout, codecs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
