package dev.brink.mesh.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionLimits;
import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.secret.SecretKeys;
import java.util.Collections;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VersionsTest {
  private static final FunctionVersion VERSION = FakeRuntime.version();
  private static final String DIGEST = VERSION.getDigest();
  private static final Entry RECORD =
      new Entry(VERSION.toByteArray(), new Stamp(1, 0, new UUID(0, 1)));

  private final FakeRuntime runtime = new FakeRuntime();
  private long seconds = 1_000;
  private final Versions versions =
      new Versions(
          runtime,
          FunctionLimits.DEFAULT,
          new FakeRuntime.NoBindings(),
          new FunctionSecrets(SecretKeys.none()),
          Runnable::run,
          () -> TimeUnit.SECONDS.toNanos(seconds),
          _ -> {});

  @Test
  void whatIsAboutToBeDeployedAgainIsKeptFromThenOn() {
    var _ = prepare();
    sweepAt(1_000);
    sweepAt(1_029);

    var _ = prepare();
    sweepAt(1_035);
    assertThat(versions.get(DIGEST)).isNotNull();
    assertThat(runtime.loads).hasValue(1);

    sweepAt(1_060);
    assertThat(versions.add(DIGEST, RECORD)).isFalse();
    sweepAt(1_070);
    assertThat(versions.get(DIGEST)).isNotNull();

    sweepAt(1_101);
    assertThat(versions.get(DIGEST)).isNull();
    assertThat(runtime.closed).isEqualTo(1);
  }

  @Test
  void whatFailedForAReasonThatMayPassIsTriedAgainEverLater() {
    runtime.failures.add(FakeRuntime.passing());
    runtime.failures.add(FakeRuntime.passing());
    assertThat(prepare()).isCompletedExceptionally();
    sweepAt(1_004, DIGEST);
    assertThat(runtime.loads).hasValue(1);

    sweepAt(1_005, DIGEST);
    assertThat(runtime.loads).hasValue(2);
    sweepAt(1_014, DIGEST);
    assertThat(runtime.loads).hasValue(2);
    assertThat(isLoaded()).isFalse();

    sweepAt(1_015, DIGEST);
    assertThat(isLoaded()).isTrue();
  }

  @Test
  void whatIsWrongWithTheCodeStaysWrong() {
    runtime.failures.add(FakeRuntime.lasting());
    assertThat(prepare()).isCompletedExceptionally();
    sweepAt(5_000, DIGEST);
    assertThat(prepare())
        .isCompletedExceptionally()
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("main.js:1:2: unexpected");
    assertThat(runtime.loads).hasValue(1);
  }

  @Test
  void tryingEndsUntilTheNextDeploy() {
    runtime.failures.addAll(Collections.nCopies(20, FakeRuntime.passing()));
    assertThat(prepare()).isCompletedExceptionally();
    for (int i = 1; i < 40; i++) {
      sweepAt(1_000 + i * 300, DIGEST);
    }
    assertThat(runtime.loads).hasValue(20);
    assertThat(isLoaded()).isFalse();

    assertThat(prepare()).isCompleted();
    assertThat(runtime.loads).hasValue(21);
  }

  private boolean isLoaded() {
    VersionState state = versions.get(DIGEST);
    return state != null && state.loaded != null && state.failure == null;
  }

  private CompletableFuture<Void> prepare() {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    versions.prepare(VERSION, ready);
    return ready;
  }

  private void sweepAt(long now, String... wanted) {
    seconds = now;
    boolean _ = versions.sweep(Set.of(wanted));
  }
}
