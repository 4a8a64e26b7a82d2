package dev.brink.mesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A command whose results could not be written has failed. */
class ResultsTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aFullDiskIsAFailureOfItsOwn() {
    assertThat(ended(failing("No space left on device"), 0)).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("brink: standard output: No space left on device" + System.lineSeparator());
    assertThat(ended(failing("No space left on device"), 2)).isEqualTo(2);
  }

  @Test
  void aReaderThatHasWhatItWantsIsNone() {
    assertThat(ended(failing("Broken pipe"), 0)).isZero();
    assertThat(err.size()).isZero();
  }

  @Test
  void whatIsWrittenEndsAsItEnds() {
    var out = new ByteArrayOutputStream();
    assertThat(ended(out, 0)).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("ümlaut" + System.lineSeparator() + "rest");
    assertThat(err.size()).isZero();
  }

  private int ended(OutputStream out, int code) {
    Session session =
        new Session(
            new ByteArrayInputStream(new byte[0]),
            new Results(out, UTF_8),
            new PrintStream(err, true, UTF_8),
            Map.of(),
            false,
            _ -> {
              throw new IllegalStateException("no node in this test");
            },
            new Stop());
    session.out().println("ümlaut");
    session.out().print("rest");
    return session.ended(code);
  }

  private static OutputStream failing(String why) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        throw new IOException(why);
      }
    };
  }
}
