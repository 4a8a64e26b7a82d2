package dev.brink.mesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.QueryRule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.proto.CacheSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a deployment says about caching, to a message and back. */
class CacheMessagesTest {
  /** Each setting with another value than its default. */
  static List<CachePolicy.Builder> settings() {
    return List.of(
        CachePolicy.builder().strict(true),
        CachePolicy.builder().query(new QueryRule(QueryRule.Mode.ALL, List.of(), false)),
        CachePolicy.builder().query(new QueryRule(QueryRule.Mode.ONLY, List.of("page", "q"), true)),
        CachePolicy.builder().query(new QueryRule(QueryRule.Mode.EXCEPT, List.of("s"), false)),
        CachePolicy.builder().query(QueryRule.VERBATIM),
        CachePolicy.builder().keyHeaders(List.of("accept-language", "x-plan")),
        CachePolicy.builder().keyCookies(List.of("Theme")),
        CachePolicy.builder().deviceClass(true),
        CachePolicy.builder().forwardHeaders(List.of("x-trace")),
        CachePolicy.builder().unshared(List.of("/me", "/cart/*")),
        CachePolicy.builder().requestDirectives(!CachePolicy.DEFAULT.requestDirectives()),
        CachePolicy.builder().compress(!CachePolicy.DEFAULT.compress()),
        CachePolicy.builder().defaultTtl(Duration.ofMillis(1_500)),
        CachePolicy.builder().negativeTtl(Duration.ofSeconds(7)),
        CachePolicy.builder().heuristicMax(Duration.ofSeconds(8)),
        CachePolicy.builder().staleWhileRevalidate(Duration.ofSeconds(9)),
        CachePolicy.builder().staleIfError(Duration.ofSeconds(11)));
  }

  private static CachePolicy backAndForth(CachePolicy policy) throws Exception {
    byte[] stored = CacheMessages.settings(policy).toByteArray();
    return CacheMessages.policy(CacheSettings.parseFrom(stored));
  }

  @Test
  void defaultsTakeNoRoom() throws Exception {
    assertThat(CacheMessages.settings(CachePolicy.DEFAULT).getSerializedSize()).isZero();
    assertThat(backAndForth(CachePolicy.DEFAULT)).isEqualTo(CachePolicy.DEFAULT);
    assertThat(CacheMessages.policy(CacheSettings.getDefaultInstance()))
        .isEqualTo(CachePolicy.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aSettingComesBack(CachePolicy.Builder setting) throws Exception {
    CachePolicy policy = setting.build();
    assertThat(policy).isNotEqualTo(CachePolicy.DEFAULT);
    assertThat(backAndForth(policy)).isEqualTo(policy);
  }

  @Test
  void whatIsUnsharedIsOfAPath() {
    CacheSettings settings = CacheSettings.newBuilder().addUnshared("me").build();
    assertThatThrownBy(() -> CacheMessages.policy(settings))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining("cache: unshared");
  }
}
