// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package org.apache.spark.examples;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Estimates Pi by throwing random points at a square and counting those inside the circle.
 *
 * <p>It stands in for the example of the same name: the jar that has it is in no package registry. Only the numbers of
 * the slices are distributed, never the points, so that thousands of slices fit a driver of 512 MB.
 */
public final class SparkPi {
  private static final int POINTS_PER_SLICE = 100_000;

  private SparkPi() {}

  public static void main(String[] args) {
    int slices = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    SparkSession spark = SparkSession.builder().appName("Spark Pi").getOrCreate();
    try (JavaSparkContext context = new JavaSparkContext(spark.sparkContext())) {
      List<Integer> numbers = IntStream.range(0, slices).boxed().toList();
      long inside = context.parallelize(numbers, slices).map(SparkPi::pointsInCircle).reduce(Long::sum);
      System.out.println("Pi is roughly " + 4.0 * inside / ((double) POINTS_PER_SLICE * slices));
    }
  }

  private static long pointsInCircle(int slice) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long inside = 0;
    for (int i = 0; i < POINTS_PER_SLICE; i++) {
      double x = random.nextDouble() * 2 - 1;
      double y = random.nextDouble() * 2 - 1;
      if (x * x + y * y <= 1) {
        inside++;
      }
    }
    return inside;
  }
}
