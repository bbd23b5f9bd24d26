// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command kafkabroker is a broker that speaks Kafka's protocol and keeps its records on disk, so that a test can kill it
// and start it again.
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	port := flag.Int("port", 9092, "the port to listen on, of the loopback address")
	dir := flag.String("dir", "kafka", "the directory of what is kept")
	partitions := flag.Int("partitions", 4, "the number of each topic's partitions")
	flag.Parse()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1), kfake.Ports(*port), kfake.DataDir(*dir),
		kfake.SeedTopics(int32(*partitions), "otlp_metrics", "otlp_spans", "otlp_logs"), //nolint:gosec // a handful
	)
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on ", cluster.ListenAddrs())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	cluster.Close()
}
