package dev.brink.cache.policy;

import java.util.Map;

/**
 * What a policy has done since its start.
 *
 * @param requests uses and admissions
 * @param hits requests for what was there
 * @param evictions objects given up, those not admitted included
 * @param rejections objects not admitted
 * @param objects in the cache
 * @param size of them in all, in the capacity's unit
 * @param leader the expert that decides
 * @param switches how often the leader changed
 * @param sampleRate the part of the keys on which the experts compete
 * @param valueRatios of each expert, the recent part of the goal's value its miniature had
 */
public record PolicyStats(
    long requests,
    long hits,
    long evictions,
    long rejections,
    long objects,
    long size,
    Expert leader,
    long switches,
    double sampleRate,
    Map<Expert, Double> valueRatios) {}
