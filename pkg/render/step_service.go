// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// service is Spark's DriverServiceFeatureStep: the headless Service by which executors find the driver.
func (d *draft) service() error {
	if d.conf.Contains(sparkconf.DriverBindAddress) {
		return fmt.Errorf("%s cannot be set on Kubernetes: the driver binds to its pod's address", sparkconf.DriverBindAddress)
	}
	ports, err := d.servicePorts()
	if err != nil {
		return err
	}
	labels, err := d.labels()
	if err != nil {
		return err
	}
	policy, families, err := d.ipFamilies()
	if err != nil {
		return err
	}
	meta := d.metadata(sparklabels.DriverService(d.in.Names.Prefix, d.in.Names.Fallback))
	meta.Annotations = d.conf.MapWithPrefix(sparkconf.DriverServiceAnnotPrefix)
	meta.Labels = merged(map[string]string{sparklabels.SparkAppSelector: d.in.AppID}, d.conf.MapWithPrefix(sparkconf.DriverServiceLabelPrefix))
	meta.Labels = merged(meta.Labels, d.in.ObjectLabels)
	d.objects.Service = &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: meta,
		Spec: corev1.ServiceSpec{
			ClusterIP:      corev1.ClusterIPNone,
			IPFamilyPolicy: &policy,
			IPFamilies:     families,
			Selector:       labels,
			Ports: []corev1.ServicePort{
				servicePort(sparklabels.DriverPortName, ports.driver),
				servicePort(sparklabels.BlockManagerPortName, ports.blockManager),
				servicePort(sparklabels.UIPortName, ports.ui),
			},
		},
	}
	if err := d.connectServicePort(&d.objects.Service.Spec); err != nil {
		return err
	}
	if err := d.publishNotReady(&d.objects.Service.Spec); err != nil {
		return err
	}
	d.properties.Set(sparkconf.DriverHost, meta.Name+"."+d.in.Namespace+".svc")
	d.properties.Set(sparkconf.DriverPort, strconv.Itoa(int(ports.driver)))
	d.properties.Set(sparkconf.DriverBlockManagerPort, strconv.Itoa(int(ports.blockManager)))
	return nil
}

// servicePorts differ from the container's in one thing: Spark's client does not look at spark.blockManager.port here.
func (d *draft) servicePorts() (ports, error) {
	p, err := d.basicPorts()
	if err != nil {
		return p, err
	}
	blockManager, err := d.conf.Int(sparkconf.DriverBlockManagerPort, defaultBlockManagerPort)
	p.blockManager = int32(blockManager)
	return p, err
}

func servicePort(name string, port int32) corev1.ServicePort {
	return corev1.ServicePort{Name: name, Port: port, TargetPort: intstr.FromInt32(port)}
}

// ipFamilies reads the two properties about IPv4 and IPv6.
func (d *draft) ipFamilies() (corev1.IPFamilyPolicy, []corev1.IPFamily, error) {
	policy := valueOr(d.conf, sparkconf.DriverServiceIPPolicy, "SingleStack")
	if known := []string{"SingleStack", "PreferDualStack", "RequireDualStack"}; !slices.Contains(known, policy) {
		return "", nil, fmt.Errorf("%s is %q, want one of %s", sparkconf.DriverServiceIPPolicy, policy, strings.Join(known, ", "))
	}
	list := valueOr(d.conf, sparkconf.DriverServiceIPFamilies, "IPv4")
	if known := []string{"IPv4", "IPv6", "IPv4,IPv6", "IPv6,IPv4"}; !slices.Contains(known, list) {
		return "", nil, fmt.Errorf("%s is %q, want one of %s", sparkconf.DriverServiceIPFamilies, list, strings.Join(known, "; "))
	}
	var families []corev1.IPFamily
	for family := range strings.SplitSeq(list, ",") {
		families = append(families, corev1.IPFamily(family))
	}
	return corev1.IPFamilyPolicy(policy), families, nil
}

func valueOr(conf *sparkconf.Conf, key, fallback string) string {
	if value, found := conf.Lookup(key); found {
		return value
	}
	return fallback
}
