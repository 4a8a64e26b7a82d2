package dev.brink.mesh.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.proto.SealedSecret;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretKeysTest {
  private static final SecretId ID = new SecretId("acme", "shop", "API_KEY");
  private static final String VALUE = "hunter2 välue \n";

  private final SecretKeys keys = SecretKeys.of(List.of(key(1)));

  private static byte[] key(int filling) {
    byte[] key = new byte[SecretKeys.KEY_BYTES];
    Arrays.fill(key, (byte) filling);
    return key;
  }

  @Test
  void whatIsSealedOpens() {
    SealedSecret sealed = keys.seal(ID, VALUE, 17);
    assertThat(keys.open(ID, sealed)).isEqualTo(VALUE);
    assertThat(sealed.getUpdatedMs()).isEqualTo(17);
    assertThat(sealed.toByteString().toString(StandardCharsets.ISO_8859_1))
        .doesNotContain("hunter2");
    assertThat(keys.seal(ID, VALUE, 17).getSealed()).isNotEqualTo(sealed.getSealed());
  }

  @ParameterizedTest
  @CsvSource({"other,shop,API_KEY", "acme,other,API_KEY", "acme,shop,OTHER"})
  void itOpensInItsOwnPlaceOnly(String tenant, String function, String name) {
    SealedSecret sealed = keys.seal(ID, VALUE, 0);
    SecretId elsewhere = new SecretId(tenant, function, name);
    assertThatThrownBy(() -> keys.open(elsewhere, sealed))
        .isInstanceOf(UnreadableSecretException.class)
        .hasMessage(
            "secret %s: altered, or put in another's place (expected: what was sealed for it)",
            elsewhere.key());
  }

  @Test
  void whatIsAlteredDoesNotOpen() {
    SealedSecret sealed = keys.seal(ID, VALUE, 0);
    byte[] bytes = sealed.getSealed().toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= 1;
      SealedSecret altered = sealed.toBuilder().setSealed(ByteString.copyFrom(bytes)).build();
      assertThatThrownBy(() -> keys.open(ID, altered))
          .isInstanceOf(UnreadableSecretException.class);
      bytes[i] ^= 1;
    }
    SealedSecret noNonce = sealed.toBuilder().clearNonce().build();
    assertThatThrownBy(() -> keys.open(ID, noNonce)).isInstanceOf(UnreadableSecretException.class);
  }

  @Test
  void theFirstKeySealsAndAllOpen() {
    SealedSecret old = keys.seal(ID, VALUE, 0);
    SecretKeys rotated = SecretKeys.of(List.of(key(2), key(1)));
    SealedSecret fresh = rotated.seal(ID, VALUE, 0);
    assertThat(rotated.open(ID, old)).isEqualTo(VALUE);
    assertThat(rotated.isCurrent(old)).isFalse();
    assertThat(rotated.isCurrent(fresh)).isTrue();
    assertThat(SecretKeys.of(List.of(key(2))).open(ID, fresh)).isEqualTo(VALUE);
    assertThatThrownBy(() -> keys.open(ID, fresh))
        .isInstanceOf(UnreadableSecretException.class)
        .hasMessage(
            "secret acme/shop/API_KEY: sealed with the key %s (expected: one of this node's"
                + " secrets.key-file: %s)",
            fresh.getKey(), old.getKey());
  }

  @Test
  void withoutKeysNothingGoes() {
    SecretKeys none = SecretKeys.none();
    assertThat(none.canSeal()).isFalse();
    assertThatThrownBy(() -> none.seal(ID, VALUE, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> none.open(ID, keys.seal(ID, VALUE, 0)))
        .hasMessageContaining("(expected: a key; this node has no secrets.key-file)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a/b|shop|KEY|tenant: a/b (expected: 1 to 63 of a-z, 0-9, - and _, not - or _ at the ends)",
        "acme|Shop|KEY|function: Shop (expected: 1 to 63 of a-z, 0-9, - and _, not - or _ at the"
            + " ends)",
        "acme|shop|1KEY|name: 1KEY (expected: 1 to 64 of A-Z, a-z, 0-9 and _, no digit first)",
      })
  void badNamesAreRefused(String tenant, String function, String name, String message) {
    assertThatThrownBy(() -> new SecretId(tenant, function, name))
        .isInstanceOf(DeploymentException.class)
        .hasMessage(message);
  }

  @Test
  void anIdIsWhatItsKeySays() {
    assertThat(SecretId.parse(ID.key())).isEqualTo(ID);
    assertThatThrownBy(() -> SecretId.parse("acme/shop")).isInstanceOf(DeploymentException.class);
  }
}
