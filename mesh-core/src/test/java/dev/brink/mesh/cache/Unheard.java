package dev.brink.mesh.cache;

import dev.brink.mesh.link.LinkListener;
import dev.brink.mesh.proto.LoadBeat;

/** Of no link anything is heard. */
final class Unheard implements LinkListener {
  @Override
  public void up(String node) {}

  @Override
  public void down(String node) {}

  @Override
  public void load(String node, LoadBeat load) {}

  @Override
  public void transferred(String node, long bytes, long nanos) {}

  @Override
  public void rtt(String node, long nanos) {}
}
