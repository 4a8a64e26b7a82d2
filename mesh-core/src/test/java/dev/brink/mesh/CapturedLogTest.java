package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is captured does not depend on which other tests run. */
class CapturedLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(CapturedLogTest.class);

  @Test
  void aClassIsHeardAtInfoAndHasItsLevelBackAfterwards() {
    logger.setLevel(Level.WARN);
    try {
      try (CapturedLog log = CapturedLog.of(CapturedLogTest.class)) {
        logger.info("heard");
        logger.debug("not heard");
        assertThat(log.lines()).containsExactly("heard");
      }
      assertThat(logger.getLevel()).isEqualTo(Level.WARN);
    } finally {
      logger.setLevel(null);
    }
  }
}
