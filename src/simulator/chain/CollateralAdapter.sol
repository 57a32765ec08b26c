// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.26;

// Stands in for the venue's two collateral adapters on a local chain (protocol page 15.2), whose code is not published:
// pUSD in front, the Conditional Tokens contract with its own collateral behind. The same code lives at both addresses;
// which collateral is behind follows from where it is. The simulator gives it the collateral it needs.

interface IERC20 {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

interface IConditionalTokens {
    function splitPosition(address, bytes32, bytes32, uint256[] calldata, uint256) external;
    function mergePositions(address, bytes32, bytes32, uint256[] calldata, uint256) external;
    function redeemPositions(address, bytes32, bytes32, uint256[] calldata) external;
    function safeBatchTransferFrom(address, address, uint256[] calldata, uint256[] calldata, bytes calldata) external;
    function balanceOf(address owner, uint256 id) external view returns (uint256);
    function getCollectionId(bytes32, bytes32, uint256) external view returns (bytes32);
    function getPositionId(address, bytes32) external view returns (uint256);
}

contract CollateralAdapter {
    address constant PUSD = 0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB;
    address constant USDC_E = 0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174;
    address constant WRAPPED = 0x3A3BD7bb9528E159577F7C2e685CC81A765002E2;
    address constant NEG_RISK = 0xadA2005600Dec949baf300f4C6120000bDB6eAab;
    IConditionalTokens constant TOKENS = IConditionalTokens(0x4D97DCd97eC945f40cF65F87097ACe5EA0476045);

    event SetSplit(address indexed user, bytes32 indexed condition, uint256 amount);
    event SetMerged(address indexed user, bytes32 indexed condition, uint256 amount);
    event SetRedeemed(address indexed user, bytes32 indexed condition, uint256 payout);

    function splitPosition(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata partition, uint256 amount) external {
        check(collateral, parent);
        require(IERC20(PUSD).transferFrom(msg.sender, address(this), amount));
        IERC20(behind()).approve(address(TOKENS), amount);
        TOKENS.splitPosition(behind(), bytes32(0), condition, partition, amount);
        TOKENS.safeBatchTransferFrom(address(this), msg.sender, ids(condition), pair(amount, amount), "");
        emit SetSplit(msg.sender, condition, amount);
    }

    function mergePositions(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata partition, uint256 amount) external {
        check(collateral, parent);
        TOKENS.safeBatchTransferFrom(msg.sender, address(this), ids(condition), pair(amount, amount), "");
        TOKENS.mergePositions(behind(), bytes32(0), condition, partition, amount);
        require(IERC20(PUSD).transfer(msg.sender, amount));
        emit SetMerged(msg.sender, condition, amount);
    }

    function redeemPositions(address collateral, bytes32 parent, bytes32 condition, uint256[] calldata indexSets) external {
        check(collateral, parent);
        uint256[] memory both = ids(condition);
        uint256[] memory all = pair(TOKENS.balanceOf(msg.sender, both[0]), TOKENS.balanceOf(msg.sender, both[1]));
        TOKENS.safeBatchTransferFrom(msg.sender, address(this), both, all, "");
        uint256 before = IERC20(behind()).balanceOf(address(this));
        TOKENS.redeemPositions(behind(), bytes32(0), condition, indexSets);
        uint256 payout = IERC20(behind()).balanceOf(address(this)) - before;
        require(IERC20(PUSD).transfer(msg.sender, payout));
        emit SetRedeemed(msg.sender, condition, payout);
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155BatchReceived.selector;
    }

    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }

    function behind() private view returns (address) {
        return address(this) == NEG_RISK ? WRAPPED : USDC_E;
    }

    function check(address collateral, bytes32 parent) private pure {
        require(collateral == PUSD, "collateral is not pUSD");
        require(parent == bytes32(0), "parent collection is not empty");
    }

    function ids(bytes32 condition) private view returns (uint256[] memory) {
        return pair(
            TOKENS.getPositionId(behind(), TOKENS.getCollectionId(bytes32(0), condition, 1)),
            TOKENS.getPositionId(behind(), TOKENS.getCollectionId(bytes32(0), condition, 2))
        );
    }

    function pair(uint256 a, uint256 b) private pure returns (uint256[] memory both) {
        both = new uint256[](2);
        both[0] = a;
        both[1] = b;
    }
}
