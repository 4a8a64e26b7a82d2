package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.InvokeRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalInvokerTest {
  @Test
  void aHeadIsAsItWasMadeUp() {
    HttpRequest head = LocalInvoker.head(request("PATCH", "/a?b", "x-a", "b c"));
    assertThat(head.method().name()).isEqualTo("PATCH");
    assertThat(head.uri()).isEqualTo("/a?b");
    assertThat(head.headers().get("x-a")).isEqualTo("b c");
  }

  @Test
  void whatIsNotOfHttpIsToldWithWhatWasExpected() {
    refused(request("GET", "a", "a", "b"), "path: a (expected: one from a slash on)");
    refused(request("G ET", "/", "a", "b"), "method: G ET (expected: a token, such as GET)");
    refused(
        request("GET", "/", "a b", "c"),
        "header: a b: c (expected: a token as the name, no control characters in the value)");
    refused(
        request("GET", "/", "a", "c\0"),
        "header: a: c\0 (expected: a token as the name, no control characters in the value)");
  }

  private static void refused(InvokeRequest request, String message) {
    assertThatExceptionOfType(DeploymentException.class)
        .isThrownBy(() -> LocalInvoker.head(request))
        .withMessage(message)
        .satisfies(e -> assertThat(e.code()).isEqualTo("invalid-request"));
  }

  private static InvokeRequest request(String method, String path, String name, String value) {
    return new InvokeRequest(method, path, List.of(Map.entry(name, value)), new byte[0]);
  }
}
