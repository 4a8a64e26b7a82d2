package dev.brink.exec.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KdfTest {
  @Test
  void manyShortBlocksEndWhenInterrupted() {
    byte[] password = {1};
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Kdf.pbkdf2(Hash.of("SHA-256"), password, new byte[0], 1, 2_000 * 32))
        .isInstanceOf(CryptoException.class)
        .hasMessage("cancelled");
    assertThat(Thread.interrupted()).isTrue();
  }
}
