using System.Runtime.CompilerServices;
using MailResponder.Tests.Mail;
using Xunit.Sdk;

namespace MailResponder.Tests;

/// <summary>Tests the measurement that the tests of linear time use.</summary>
[Collection(nameof(MeasuredAlone))]
public class LinearCostTests
{
    /// <summary>
    /// Uses cubic time, which no noise of the machine can make look linear. Quadratic time is near the bound.
    /// </summary>
    [Fact]
    public void CubeOfTheLength_IsFound() =>
        Assert.Throws<TrueException>(() =>
            LinearCost.Assert(bytes => new byte[bytes], 200, input => Assert.Equal(0, Cube(input))));

    [Fact]
    public void LengthItself_IsNotMistakenForMore() =>
        LinearCost.Assert(bytes => new byte[bytes], 4_000_000, input => Assert.Equal(0, Sum(input)));

    private static int Cube(byte[] input)
    {
        var sum = 0;
        for (var i = 0; i < input.Length * input.Length; i++) sum += Sum(input);
        return sum;
    }

    /// <summary>Optimized from the first call, so that all calls take the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sum(byte[] input)
    {
        var sum = 0;
        foreach (var one in input) sum += one;
        return sum;
    }
}
