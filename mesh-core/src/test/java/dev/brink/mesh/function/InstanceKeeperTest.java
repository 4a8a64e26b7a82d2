package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionRuntime;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.registry.Snapshot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InstanceKeeperTest {
  /** Else a guest that uses up the heap for a moment would end them for good. */
  @Test
  void aBeatThatMeetsAnErrorIsFollowedByOthers() throws Exception {
    var beats = new CountDownLatch(3);
    try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build();
        var keeper =
            new InstanceKeeper(
                runtime,
                () -> {
                  beats.countDown();
                  if (beats.getCount() > 0) {
                    throw new OutOfMemoryError("of a test");
                  }
                  return Snapshot.empty();
                },
                new CallCounts(),
                NodeConfig.builder().build().functions().keepAlive())) {
      keeper.start();
      assertThat(beats.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
