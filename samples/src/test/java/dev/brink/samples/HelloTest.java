package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneNode.class)
class HelloTest {
  @Test
  void saysWhatItWasAsked(SampleNode node) throws Exception {
    HttpResponse<String> response = node.send(node.request("/hello?a=b%20c"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(SampleNode.header(response, "content-type")).isEqualTo("application/json");
    assertThat(response.body())
        .isEqualTo(
            "{\"hello\":\"world\",\"method\":\"GET\",\"url\":\""
                + node.node().ingressUri()
                + "/hello?a=b%20c\"}");
  }

  @Test
  void greetsByHeader(SampleNode node) throws Exception {
    HttpResponse<String> response =
        node.send(
            node.request("/hello")
                .header("X-User", "bob")
                .PUT(HttpRequest.BodyPublishers.ofString("ignored")));
    assertThat(response.body()).contains("\"hello\":\"bob\"", "\"method\":\"PUT\"");
  }
}
