namespace Amazon.SimpleEmail.Model;

/// <summary>What became of the mail of 15 minutes.</summary>
public class SendDataPoint
{
    /// <summary>Begin of the 15 minutes, UTC.</summary>
    public DateTime? Timestamp { get; set; }

    public long? DeliveryAttempts { get; set; }

    public long? Bounces { get; set; }

    public long? Complaints { get; set; }

    public long? Rejects { get; set; }
}
