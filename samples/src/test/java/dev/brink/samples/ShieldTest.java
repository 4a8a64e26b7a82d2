package dev.brink.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(OneNode.class)
class ShieldTest {
  private static final String KEY = "a key for this sample, known to everyone";
  private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

  private static String token(String key, String header, String claims) {
    String signed = encode(header.getBytes(UTF_8)) + "." + encode(claims.getBytes(UTF_8));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
      return signed + "." + encode(mac.doFinal(signed.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String claims(String user, long validSeconds) {
    long until = Instant.now().getEpochSecond() + validSeconds;
    return "{\"sub\":\"" + user + "\",\"exp\":" + until + "}";
  }

  private static HttpResponse<String> get(SampleNode node, String token) throws Exception {
    return node.send(node.request("/shield/hello").header("authorization", "Bearer " + token));
  }

  private static void assertRefused(HttpResponse<String> response, String code) throws Exception {
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(SampleNode.header(response, "content-type")).isEqualTo("application/problem+json");
    assertThat(SampleNode.header(response, "www-authenticate")).startsWith("Bearer");
    Struct problem = Json.of(response);
    assertThat(Json.text(problem, "code")).isEqualTo(code);
    assertThat(Json.number(problem, "status")).isEqualTo(401);
    assertThat(Json.text(problem, "detail")).endsWith(".");
  }

  @Test
  void aValidTokenPassesToTheServiceWithTheUserAndWithoutThePrefix(SampleNode node)
      throws Exception {
    HttpResponse<String> response =
        node.send(
            node.request("/shield/hello/there?a=b%20c")
                .header("authorization", "Bearer " + token(KEY, HEADER, claims("alice", 60)))
                .header("x-user", "mallory")
                .POST(HttpRequest.BodyPublishers.ofString("body")));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .isEqualTo(
            "{\"hello\":\"alice\",\"method\":\"POST\",\"url\":\""
                + node.node().ingressUri()
                + "/hello/there?a=b%20c\"}");
  }

  @Test
  void aSlashTooManyDoesNotLeadToAnotherHost(SampleNode node) throws Exception {
    HttpResponse<String> response =
        node.send(
            node.request("/shield//example.com/a")
                .header("authorization", "Bearer " + token(KEY, HEADER, claims("alice", 60))));
    assertThat(response.body())
        .contains("\"url\":\"" + node.node().ingressUri() + "//example.com/a\"");
  }

  @Test
  void aTokenOfAnotherKeyIsRefused(SampleNode node) throws Exception {
    String other = token("another key that is as long as it must be", HEADER, claims("alice", 60));
    assertRefused(get(node, other), "signature-invalid");
  }

  @Test
  void changedClaimsAreRefused(SampleNode node) throws Exception {
    String[] parts = token(KEY, HEADER, claims("alice", 60)).split("\\.", -1);
    String changed = parts[0] + "." + encode(claims("root", 60).getBytes(UTF_8)) + "." + parts[2];
    assertRefused(get(node, changed), "signature-invalid");
  }

  @Test
  void aShortenedSignatureIsRefused(SampleNode node) throws Exception {
    String token = token(KEY, HEADER, claims("alice", 60));
    assertRefused(get(node, token.substring(0, token.length() - 4)), "signature-invalid");
  }

  @Test
  void anExpiredTokenIsRefused(SampleNode node) throws Exception {
    assertRefused(get(node, token(KEY, HEADER, claims("alice", -60))), "token-expired");
  }

  @Test
  void aTokenThatIsNotYetValidIsRefused(SampleNode node) throws Exception {
    long later = Instant.now().getEpochSecond() + 60;
    String claims = "{\"sub\":\"alice\",\"exp\":" + (later + 60) + ",\"nbf\":" + later + "}";
    assertRefused(get(node, token(KEY, HEADER, claims)), "token-not-yet-valid");
  }

  @Test
  void algorithmNoneIsRefused(SampleNode node) throws Exception {
    String unsigned =
        encode("{\"alg\":\"none\"}".getBytes(UTF_8))
            + "."
            + encode(claims("alice", 60).getBytes(UTF_8))
            + ".AA";
    assertRefused(get(node, unsigned), "algorithm-not-allowed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"alg\":\"HS512\"}; {\"sub\":\"a\",\"exp\":4102444800}; algorithm-not-allowed",
        "{\"alg\":[\"HS256\"]}; {\"sub\":\"a\",\"exp\":4102444800}; algorithm-not-allowed",
        "{\"alg\":\"HS256\",\"crit\":[\"x\"]}; {\"sub\":\"a\",\"exp\":4102444800};"
            + " header-not-understood",
        "{\"alg\":\"HS256\"}; {\"sub\":\"a\"}; expiry-missing",
        "{\"alg\":\"HS256\"}; {\"sub\":\"a\",\"exp\":\"4102444800\"}; expiry-missing",
        "{\"alg\":\"HS256\"}; {\"sub\":\"a\",\"exp\":4102444800,\"nbf\":\"0\"}; token-malformed",
        "{\"alg\":\"HS256\"}; {\"exp\":4102444800}; subject-missing",
        "{\"alg\":\"HS256\"}; {\"sub\":\"a\\r\\nb: c\",\"exp\":4102444800}; subject-missing",
        "{\"alg\":\"HS256\"}; [1]; token-malformed",
        "{\"alg\":\"HS256\"}; no json; token-malformed",
      })
  void aSignedTokenWithOtherFaultsIsRefused(
      String header, String claims, String code, SampleNode node) throws Exception {
    assertRefused(get(node, token(KEY, header, claims)), code);
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer a.b, token-malformed",
    "Bearer ?.?.?, token-malformed",
    "Bearer, token-missing",
    "Basic YTpi, token-missing",
  })
  void whatIsNoTokenIsRefused(String authorization, String code, SampleNode node) throws Exception {
    assertRefused(
        node.send(node.request("/shield/hello").header("authorization", authorization)), code);
  }

  @Test
  void aRequestWithoutATokenIsRefused(SampleNode node) throws Exception {
    HttpResponse<String> response = node.send(node.request("/shield/hello"));
    assertRefused(response, "token-missing");
    assertThat(SampleNode.header(response, "www-authenticate")).isEqualTo("Bearer");
  }
}
