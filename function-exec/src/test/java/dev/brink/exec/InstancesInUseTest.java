package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InstancesInUseTest {
  @Test
  void aLaneWithNoneSeesWhatTheOthersHave() {
    var instances = new InstancesInUse(2, 4);
    instances.add(0, 3);
    assertThat(instances.full()).isFalse();
    instances.add(0, 1);
    assertThat(instances.full()).isTrue();
    instances.add(1, 1);
    instances.add(0, -2);
    assertThat(instances.full()).isFalse();
  }

  @Test
  void whatHasNoLimitIsNeverFull() {
    var instances = new InstancesInUse(1, Integer.MAX_VALUE);
    instances.add(0, Integer.MAX_VALUE);
    assertThat(instances.full()).isFalse();
  }
}
