module github.com/alauda/spark-operator/test/localcluster/components/pause

go 1.26.0
