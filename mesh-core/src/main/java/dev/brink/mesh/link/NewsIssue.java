package dev.brink.mesh.link;

import dev.brink.mesh.proto.News;

/**
 * What a node has to tell its peers at one time; each is told each issue once.
 *
 * @param number grows with each issue; 0 says nothing
 */
public record NewsIssue(long number, News news) {
  /** Says nothing. */
  public static final NewsIssue NONE = new NewsIssue(0, News.getDefaultInstance());
}
