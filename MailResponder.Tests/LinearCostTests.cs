using System.Runtime.CompilerServices;
using MailResponder.Tests.Mail;
using Xunit.Sdk;

namespace MailResponder.Tests;

/// <summary>The measure of the tests of linear time.</summary>
[Collection(nameof(MeasuredAlone))]
public class LinearCostTests
{
    /// <summary>The cube, which no noise of the machine's makes look like a line; a square is near the bound.</summary>
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

    /// <summary>From the first call on as fast as at the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sum(byte[] input)
    {
        var sum = 0;
        foreach (var one in input) sum += one;
        return sum;
    }
}
