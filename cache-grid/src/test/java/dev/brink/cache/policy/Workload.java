package dev.brink.cache.policy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** Requests: which object, and how large it is. */
@SuppressWarnings("ArrayRecordComponent") // Millions of numbers, compared nowhere.
record Workload(String name, long[] keys, int[] sizes) {
  /** The bytes of all objects together. */
  long footprint() {
    long sum = 0;
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < keys.length; i++) {
      if (seen.add(keys[i])) {
        sum += sizes[i];
      }
    }
    return sum;
  }

  /**
   * Popularity after Zipf's law; each {@code drift} requests the most popular object is a new one.
   */
  static Workload zipf(String name, int requests, int objects, double skew, int drift, long seed) {
    var random = new SplittableRandom(seed);
    double[] sums = zipfSums(objects, skew);
    long[] keys = new long[requests];
    for (int i = 0; i < requests; i++) {
      long shift = drift == 0 ? 0 : i / drift;
      keys[i] = rank(sums, random) + shift * 7919L % objects + shift;
    }
    return new Workload(name, keys, ones(requests));
  }

  /** Zipf, and each {@code every} requests a scan over objects asked for once. */
  static Workload scans(int requests, int objects, int every, int length, long seed) {
    var random = new SplittableRandom(seed);
    double[] sums = zipfSums(objects, 0.8);
    long[] keys = new long[requests];
    long fresh = 1L << 32;
    for (int i = 0; i < requests; i++) {
      keys[i] = i % every < length ? fresh++ : rank(sums, random);
    }
    return new Workload("zipf + scans", keys, ones(requests));
  }

  /** Over and over the same objects, in the same order, among some Zipf. */
  static Workload loop(int requests, int length, long seed) {
    var random = new SplittableRandom(seed);
    double[] sums = zipfSums(length, 0.9);
    long[] keys = new long[requests];
    for (int i = 0; i < requests; i++) {
      keys[i] = random.nextInt(4) == 0 ? (1L << 32) + rank(sums, random) : i % length;
    }
    return new Workload("loop + zipf", keys, ones(requests));
  }

  /** Zipf over objects of lognormal sizes from bytes to megabytes. */
  static Workload mixedSizes(int requests, int objects, long seed) {
    Workload zipf = zipf("zipf, mixed sizes", requests, objects, 0.85, 0, seed);
    return new Workload(zipf.name(), zipf.keys(), lognormal(zipf.keys()));
  }

  /** Recent objects are asked for again soon, then never: what LRU is best at. */
  static Workload recency(int requests, int window, long seed) {
    var random = new SplittableRandom(seed);
    long[] keys = new long[requests];
    long newest = 0;
    for (int i = 0; i < requests; i++) {
      double u = random.nextDouble();
      keys[i] = random.nextInt(5) == 0 ? ++newest : Math.max(0, newest - (long) (u * u * window));
    }
    return new Workload("recency", keys, ones(requests));
  }

  /** Turns from loop to recency to Zipf: no one policy is the best throughout. */
  static Workload phases(int each, long seed) {
    Workload[] parts = {
      loop(each, 4000, seed), recency(each, 3000, seed), zipf("", each, 20_000, 0.9, 0, seed)
    };
    long[] keys = new long[0];
    for (int p = 0; p < parts.length; p++) {
      long base = (long) p << 40;
      long[] shifted = Arrays.stream(parts[p].keys()).map(key -> key + base).toArray();
      keys = Arrays.copyOf(keys, keys.length + each);
      System.arraycopy(shifted, 0, keys, p * each, each);
    }
    return new Workload("phases", keys, ones(keys.length));
  }

  private static int[] lognormal(long[] keys) {
    int[] sizes = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      var random = new SplittableRandom(keys[i]);
      double normal = 0;
      for (int k = 0; k < 12; k++) {
        normal += random.nextDouble();
      }
      sizes[i] = (int) Math.clamp(Math.exp(9 + 1.8 * (normal - 6)), 64, 8 << 20);
    }
    return sizes;
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[] zipfSums(int objects, double skew) {
    double[] sums = new double[objects];
    double sum = 0;
    for (int i = 0; i < objects; i++) {
      sum += Math.pow(i + 1, -skew);
      sums[i] = sum;
    }
    return sums;
  }

  private static int rank(double[] sums, SplittableRandom random) {
    int at = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
    return Math.min(sums.length - 1, at < 0 ? -at - 1 : at);
  }
}
