package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneNode.class)
class AnalyticsTest {
  private static final String START = "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] ";

  private static Struct analyse(SampleNode node, String log) throws Exception {
    HttpResponse<String> response = node.post("/analytics", log);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Json.of(response);
  }

  private static long count(Struct report, String... keys) {
    double number = Json.number(report, keys);
    assertThat(number).as(String.join(".", keys)).isEqualTo(Math.rint(number));
    return (long) number;
  }

  private static double latency(Struct report, String key) {
    return Json.number(report, "latencyMs", key);
  }

  private static List<Map.Entry<String, Long>> topPaths(Struct report) {
    return Json.value(report, "topPaths").getListValue().getValuesList().stream()
        .map(Value::getStructValue)
        .map(path -> Map.entry(Json.text(path, "path"), count(path, "count")))
        .toList();
  }

  @Test
  void countsEachPart(SampleNode node) throws Exception {
    String log =
        START
            + "\"GET /a?b=c HTTP/1.1\" 200 100 \"-\" \"agent\" 1000\n"
            + START
            + "\"GET /a HTTP/1.1\" 204 - \"-\" \"agent \\\"quoted\\\" 5\" 0.002\r\n"
            + START
            + "\"POST /b HTTP/1.1\" 302 20 3000\n"
            + START
            + "\"GET /a#c HTTP/1.1\" 404 3\n"
            + START
            + "\"GET /é/ü HTTP/1.1\" 500 4 \"-\" \"-\"\n"
            + "\n"
            + START
            + "\"GET /b HTTP/1.1\" 101 0 \"-\" \"-\" -";
    Struct report = analyse(node, log);
    assertThat(count(report, "lines")).isEqualTo(6);
    assertThat(count(report, "malformed")).isZero();
    assertThat(count(report, "bytesSent")).isEqualTo(127);
    assertThat(Json.value(report, "statusClasses").getStructValue().getFieldsMap().values())
        .extracting(Value::getNumberValue)
        .containsExactly(1.0, 2.0, 1.0, 1.0, 1.0);
    assertThat(topPaths(report))
        .containsExactly(
            Map.entry("/a", 2L), Map.entry("/b", 2L), Map.entry("/a#c", 1L), Map.entry("/é/ü", 1L));
    assertThat(count(report, "latencyMs", "count")).isEqualTo(3);
    assertThat(latency(report, "mean")).isEqualTo(2);
    assertThat(latency(report, "p50")).isCloseTo(2, Percentage.withPercentage(0.4));
    assertThat(latency(report, "p99")).isCloseTo(3, Percentage.withPercentage(0.4));
    assertThat(latency(report, "max")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "\"",
        START,
        START + "\"GET / HTTP/1.1",
        START + "\"GET / HTTP/1.1\"",
        START + "\"GET / HTTP/1.1\" 200",
        START + "\"GET / HTTP/1.1\" 200 ",
        START + "\"GET / HTTP/1.1\" 20 10",
        START + "\"GET / HTTP/1.1\" 600 10",
        START + "\"GET / HTTP/1.1\" 2x0 10",
        START + "\"GET / HTTP/1.1\" 200 10x",
        START + "\"GET / HTTP/1.1\" 200 10 ",
        START + "\"GET / HTTP/1.1\" 200 10 \"",
        START + "\"GET / HTTP/1.1\" 200 10 \"-\" \"-\" ",
        START + "\"GET / HTTP/1.1\" 200 10 \"-\" \"-\" 1.2.3",
        START + "\"GET / HTTP/1.1\" 200 10 \"-\" \"-\" .5",
        START + "\"GET / HTTP/1.1\" 200 10 \"-\" \"-\"5",
        START + "\"GET / HTTP/1.1\\\" 200 10",
        "192.0.2.1 - - \"GET / HTTP/1.1\" 200 10",
      })
  void aMalformedLineIsCountedAndLeftOut(String line, SampleNode node) throws Exception {
    String good = START + "\"GET /good HTTP/1.1\" 200 10 \"-\" \"-\" 5\n";
    Struct report = analyse(node, good + line + "\n" + good);
    assertThat(count(report, "lines")).isEqualTo(3);
    assertThat(count(report, "malformed")).isEqualTo(1);
    assertThat(count(report, "bytesSent")).isEqualTo(20);
    assertThat(topPaths(report)).containsExactly(Map.entry("/good", 2L));
    assertThat(count(report, "latencyMs", "count")).isEqualTo(2);
  }

  @Test
  void aLineOfMoreThan64KiBIsMalformed(SampleNode node) throws Exception {
    String good = START + "\"GET /good HTTP/1.1\" 200 10\n";
    String tooLong = START + "\"GET /" + "x".repeat(70_000) + " HTTP/1.1\" 200 10\n";
    Struct report = analyse(node, good + tooLong + good + tooLong.strip());
    assertThat(count(report, "lines")).isEqualTo(4);
    assertThat(count(report, "malformed")).isEqualTo(2);
    assertThat(topPaths(report)).containsExactly(Map.entry("/good", 2L));
  }

  @Test
  void anEmptyLogHasNoLatencies(SampleNode node) throws Exception {
    Struct report = analyse(node, "");
    assertThat(count(report, "lines")).isZero();
    assertThat(Json.value(report, "topPaths").getListValue().getValuesList()).isEmpty();
    assertThat(Json.value(report, "latencyMs", "p50").hasNullValue()).isTrue();
    assertThat(count(report, "latencyMs", "count")).isZero();
  }

  /** The log is twice as large as the memory that the function's manifest allows. */
  @Test
  void aLargeLogStreamsInConstantMemory(SampleNode node) throws Exception {
    AccessLog log = new AccessLog(128L << 20);
    long start = System.nanoTime();
    HttpResponse<String> response =
        node.send(
            node.request("/analytics").POST(HttpRequest.BodyPublishers.ofInputStream(() -> log)));
    double seconds = (System.nanoTime() - start) / 1e9;
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    System.out.printf("analytics: %.0f MB/s%n", log.bytes() / 1e6 / seconds);

    Struct report = Json.of(response);
    assertThat(count(report, "lines")).isEqualTo(log.lines());
    assertThat(count(report, "malformed")).isEqualTo(log.malformed());
    assertThat(count(report, "bytesSent")).isEqualTo(log.bytesSent());
    for (int statusClass = 1; statusClass <= 5; statusClass++) {
      assertThat(count(report, "statusClasses", statusClass + "xx"))
          .isEqualTo(log.ofClass(statusClass));
    }
    assertThat(count(report, "latencyMs", "count")).isEqualTo(log.lines() - log.malformed());
    Percentage precision = Percentage.withPercentage(0.5);
    assertThat(latency(report, "p50")).isCloseTo(log.percentileMillis(0.5), precision);
    assertThat(latency(report, "p90")).isCloseTo(log.percentileMillis(0.9), precision);
    assertThat(latency(report, "p99")).isCloseTo(log.percentileMillis(0.99), precision);
    assertThat(latency(report, "max")).isEqualTo(log.percentileMillis(1));

    // Far more paths than counters: the frequent ones are found all the same, and how far each
    // count may be too high is said.
    assertThat(log.paths()).isGreaterThan(10_000);
    List<Struct> top =
        Json.value(report, "topPaths").getListValue().getValuesList().stream()
            .map(Value::getStructValue)
            .toList();
    assertThat(top)
        .extracting(path -> Json.text(path, "path"))
        .containsExactlyElementsOf(log.mostFrequent(10));
    for (Struct path : top) {
      long exact = log.count(Json.text(path, "path"));
      long over = count(path, "over");
      assertThat(count(path, "count")).isBetween(exact, exact + over);
      assertThat(over).isLessThanOrEqualTo(log.lines() / 1024);
    }
  }
}
