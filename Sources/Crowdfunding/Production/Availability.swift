/// Whether a line can be had and when; schema.org's ItemAvailability words.
public enum Availability: String, CaseIterable, Sendable {
    case inStock = "in-stock"
    /// A dated run will cover it.
    case backorder
    /// The campaign is not funded yet.
    case preorder
    /// No dated supply: it cannot be sold.
    case outOfStock = "out-of-stock"

    /// What a line of `units` would be.
    ///
    /// - Parameters:
    ///   - units: How many are asked for.
    ///   - freeStock: Units in stock that nobody holds.
    ///   - freeOnOrder: Units of dated runs that nobody holds; `nil`: runs without a capacity, 0: no dated
    ///     run.
    ///   - sellable: How many more stock and backorder limit allow; `nil`: no cap.
    ///   - isFunded: Whether the campaign has reached its goal for good.
    public init(units: Int64, freeStock: Int64, freeOnOrder: Int64?, sellable: Int64?, isFunded: Bool) {
        let needed = units - max(freeStock, 0)
        if let sellable, units > sellable {
            self = .outOfStock
        } else if needed <= 0 {
            self = .inStock
        } else if !isFunded {
            self = .preorder
        } else if let freeOnOrder, needed > freeOnOrder {
            self = .outOfStock
        } else {
            self = .backorder
        }
    }
}
