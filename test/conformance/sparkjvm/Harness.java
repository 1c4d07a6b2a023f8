// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.deploy.k8s.KubernetesConf;
import org.apache.spark.deploy.k8s.KubernetesExecutorConf;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.ConfigHelpers$;
import org.apache.spark.network.util.ByteUnit;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfile$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import scala.Option;

/**
 * Does what spark-submit and Spark's driver do, one request after the other, in one JVM that stays up.
 *
 * <p>A request is a number of words, and each word its length and its UTF-8; the answer is a byte, 0 or 1 for failure,
 * and one word. Numbers are four bytes, the highest first.
 */
public final class Harness {
  private final DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
  private final DataOutputStream out;

  private Harness(DataOutputStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    Harness harness = new Harness(new DataOutputStream(new BufferedOutputStream(System.out)));
    // Whatever prints must not do so between answers.
    System.setOut(System.err);
    harness.run();
  }

  private void run() throws IOException {
    Properties fresh = (Properties) System.getProperties().clone();
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    while (true) {
      String[] words;
      try {
        words = read();
      } catch (EOFException end) {
        return;
      }
      String answer;
      boolean failed = false;
      try {
        answer = answer(words[0], Arrays.copyOfRange(words, 1, words.length));
      } catch (Throwable t) {
        StringWriter trace = new StringWriter();
        t.printStackTrace(new PrintWriter(trace));
        answer = trace.toString();
        failed = true;
      }
      // Spark passes things on by system properties; the next application must not see them.
      System.setProperties((Properties) fresh.clone());
      Thread.currentThread().setContextClassLoader(loader);
      byte[] encoded = answer.getBytes(StandardCharsets.UTF_8);
      out.writeByte(failed ? 1 : 0);
      out.writeInt(encoded.length);
      out.write(encoded);
      out.flush();
    }
  }

  private String[] read() throws IOException {
    String[] words = new String[in.readInt()];
    for (int i = 0; i < words.length; i++) {
      words[i] = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
    return words;
  }

  private static String answer(String request, String[] words) throws Exception {
    switch (request) {
      case "submit":
        new SparkSubmit().doSubmit(words);
        return "";
      case "executor":
        return executor(words);
      case "version":
        return org.apache.spark.package$.MODULE$.SPARK_VERSION();
      case "keys":
        return String.join("\n", keys());
      case "parse":
        return parse(words);
      default:
        throw new IllegalArgumentException(request);
    }
  }

  /** Makes the first executor's pod as the driver does: from its configuration, given as keys and values in turn. */
  private static String executor(String[] properties) {
    SparkConf conf = new SparkConf(false);
    for (int i = 0; i < properties.length; i += 2) {
      conf.set(properties[i], properties[i + 1]);
    }
    ResourceProfile$.MODULE$.clearDefaultProfile();
    ResourceProfile profile = ResourceProfile$.MODULE$.getOrCreateDefaultProfile(conf);
    KubernetesExecutorConf executor =
        KubernetesConf.createExecutorConf(conf, "1", conf.get("spark.app.id"), Option.empty(), profile.id());
    SecurityManager security = new SecurityManager(conf, Option.empty(), org.apache.spark.internal.config.package$.MODULE$.AUTH_SECRET_FILE());
    security.initializeAuth();
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(new ConfigBuilder().withMasterUrl("http://127.0.0.1:1").build()).build()) {
      SparkPod made = new KubernetesExecutorBuilder().buildFromFeatures(executor, security, client, profile).pod();
      Pod pod = new PodBuilder(made.pod()).editOrNewSpec().addToContainers(made.container()).endSpec().build();
      return Serialization.asJson(pod);
    }
  }

  /** What Spark reads of texts as sizes, durations and numbers: a line for each of the texts, with blanks between. */
  private static String parse(String[] texts) {
    StringBuilder lines = new StringBuilder();
    for (String text : texts) {
      lines.append(read(() -> helper("byteFromString", text, ByteUnit.BYTE, "key"))).append(' ');
      lines.append(read(() -> helper("byteFromString", text, ByteUnit.MiB, "key"))).append(' ');
      lines.append(read(() -> helper("timeFromString", text, TimeUnit.SECONDS, "key"))).append(' ');
      lines.append(read(() -> Integer.parseInt(text.trim()))).append(' ');
      lines.append(read(() -> Double.parseDouble(text.trim()))).append('\n');
    }
    return lines.toString();
  }

  /** Calls a helper of Spark's configuration, which newer releases also tell the key. */
  private static Object helper(String name, Object... arguments) throws Exception {
    for (Method method : ConfigHelpers$.class.getMethods()) {
      if (method.getName().equals(name)) {
        return method.invoke(ConfigHelpers$.MODULE$, Arrays.copyOf(arguments, method.getParameterCount()));
      }
    }
    throw new NoSuchMethodError(name);
  }

  private static String read(Callable<Object> reader) {
    try {
      return String.valueOf(reader.call());
    } catch (Exception refused) {
      return "refused";
    }
  }

  /** The keys of Spark's configuration, and the beginnings of keys that it has constants for. */
  private static TreeSet<String> keys() throws Exception {
    TreeSet<String> keys = new TreeSet<>();
    collect(org.apache.spark.deploy.k8s.Config$.MODULE$, keys);
    collect(org.apache.spark.internal.config.package$.MODULE$, keys);
    collect(org.apache.spark.internal.config.UI$.MODULE$, keys);
    return keys;
  }

  private static void collect(Object constants, TreeSet<String> keys) throws Exception {
    for (Method method : constants.getClass().getMethods()) {
      if (method.getParameterCount() > 0) {
        continue;
      }
      if (ConfigEntry.class.isAssignableFrom(method.getReturnType())) {
        keys.add(((ConfigEntry<?>) method.invoke(constants)).key());
      } else if (method.getReturnType() == String.class && ((String) method.invoke(constants)).startsWith("spark.")) {
        keys.add((String) method.invoke(constants));
      }
    }
  }
}
