package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OneNode.class)
class DemoRequestsTest {
  static List<Struct> requests() throws Exception {
    ListValue.Builder requests = ListValue.newBuilder();
    JsonFormat.parser()
        .merge(Files.readString(SampleNode.FUNCTIONS.resolve("demo.json")), requests);
    return requests.getValuesList().stream().map(Value::getStructValue).toList();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void isAnsweredAsExpected(Struct demo, SampleNode node) throws Exception {
    HttpRequest.Builder request = node.request(Json.text(demo, "path"));
    if (demo.containsFields("bodyFile")) {
      Path body = SampleNode.FUNCTIONS.resolve(Json.text(demo, "bodyFile"));
      request.POST(BodyPublishers.ofFile(body));
    }
    demo.getFieldsOrDefault("headers", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsMap()
        .forEach((name, value) -> request.header(name, value.getStringValue()));
    HttpResponse<String> response = node.send(request);
    assertThat(response.statusCode()).isEqualTo((int) Json.number(demo, "expect", "status"));
    assertThat(response.body()).contains(Json.text(demo, "expect", "contains"));
  }
}
