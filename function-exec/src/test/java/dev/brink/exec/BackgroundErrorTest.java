package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGeneratorSpi;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fails on another thread than a lane, where nobody else would hear of it. */
class BackgroundErrorTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  private final Broken provider = new Broken();

  @BeforeEach
  void breakKeys() {
    Security.insertProviderAt(provider, 1);
  }

  @AfterEach
  void mendKeys() {
    Security.removeProvider(provider.getName());
  }

  static Stream<Supplier<Error>> failures() {
    return Stream.of(
        () -> new AssertionError("broken"),
        () -> new NoClassDefFoundError("broken"),
        () -> new OutOfMemoryError("broken"),
        () -> new ServiceConfigurationError("broken"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void rejectsThePromise(Supplier<Error> failure) {
    provider.failure = failure;
    assertThat(
            SANDBOX.eval(
                "return crypto.subtle.generateKey({ name: 'Ed448' }, true, ['sign']).then(() =>"
                    + " 'made', (error) => `${error.name}: ${error.message}`)"))
        .isEqualTo("OperationError: internal error");
    assertThat(provider.threads).singleElement().asString().startsWith("brink-work-");
    // As all that was counted for it was given back.
    assertThat(
            SANDBOX.eval(
                "return (await crypto.subtle.digest('SHA-1', new Uint8Array(1e6))).byteLength"))
        .isEqualTo("20");
  }

  /** Makes no keys of one kind. */
  private static final class Broken extends Provider {
    private static final long serialVersionUID = 1;

    final transient List<String> threads = new CopyOnWriteArrayList<>();
    transient volatile Supplier<Error> failure = AssertionError::new;

    Broken() {
      super("Broken", "1", "fails");
      putService(
          new Service(this, "KeyPairGenerator", "Ed448", Generator.class.getName(), null, null) {
            @Override
            public Object newInstance(Object parameter) {
              return new Generator(Broken.this);
            }
          });
    }
  }

  private static final class Generator extends KeyPairGeneratorSpi {
    private final Broken of;

    Generator(Broken of) {
      this.of = of;
    }

    @Override
    public void initialize(int bits, SecureRandom random) {}

    @Override
    public KeyPair generateKeyPair() {
      of.threads.add(Thread.currentThread().getName());
      throw of.failure.get();
    }
  }
}
