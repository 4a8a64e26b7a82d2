package dev.brink.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReuseModelTest {
  @Test
  void valuesMoreWhatIsAskedForMoreOften() {
    var model = new ReuseModel(4096);
    int now = 0;
    for (int i = 0; i < 60_000; i++) {
      now++;
      long key = i % 2 == 0 ? i % 64 : 1_000 + i % 3_001;
      model.request(key, Index.mix(key), now);
    }
    float often = model.value(ReuseModel.classOf(50, 64), 30);
    float seldom = model.value(ReuseModel.classOf(5, 6_000), 30);
    float once = model.value(ReuseModel.classOf(1, 0), 30);
    assertThat(often).isGreaterThan(10 * seldom).isGreaterThan(10 * once);
  }

  @Test
  void valuesWhatReturnsAtAFixedTimeMoreWhenThatTimeIsNear() {
    var model = new ReuseModel(4096);
    int now = 0;
    for (int i = 0; i < 100_000; i++) {
      now++;
      model.request(i % 1000, Index.mix(i % 1000), now);
    }
    int loop = ReuseModel.classOf(60, 1000);
    assertThat(model.value(loop, 700)).isGreaterThan(1.5f * model.value(loop, 10));
    assertThat(model.value(loop, 10)).isGreaterThan(5 * model.value(loop, 20_000));
  }

  @Test
  void putsAgesIntoTwoBucketsEachDoubling() {
    assertThat(ReuseModel.ageBucket(1)).isZero();
    assertThat(ReuseModel.ageBucket(2)).isEqualTo(2);
    assertThat(ReuseModel.ageBucket(3)).isEqualTo(3);
    assertThat(ReuseModel.ageBucket(4)).isEqualTo(4);
    assertThat(ReuseModel.ageBucket(6)).isEqualTo(5);
    assertThat(ReuseModel.ageBucket(Integer.MAX_VALUE)).isEqualTo(ReuseModel.AGES - 1);
    assertThat(ReuseModel.ageBucket(-5)).isEqualTo(ReuseModel.AGES - 1);
  }

  @Test
  void followsHalfAsManyKeysWhenThinned() {
    var tracker = new Tracker(1000, (reuseClass, age) -> {});
    for (long key = 0; key < 1000; key++) {
      tracker.add(key, 1);
    }
    tracker.thin();
    int followed = 0;
    for (long key = 0; key < 1000; key++) {
      boolean found = tracker.find(key) != Tracker.NONE;
      assertThat(found).isEqualTo(tracker.samples(Index.mix(key)));
      followed += found ? 1 : 0;
    }
    assertThat(followed).isBetween(400, 600);
  }
}
